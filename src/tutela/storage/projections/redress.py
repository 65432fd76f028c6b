"""Actions and complaints."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, update

from tutela.events.catalogue import (
    ActionCarriedOut,
    ActionOrdered,
    ActionReversalOrdered,
    ActionReversed,
    ComplaintDecided,
    ComplaintLodged,
)
from tutela.events.envelope import Event
from tutela.storage import schema
from tutela.storage.projections.projector import payloads_of, projects

_STATES = {
    ActionCarriedOut: "carried_out",
    ActionReversalOrdered: "reversal_ordered",
    ActionReversed: "reversed",
}


@projects(ActionOrdered)
def ordered(connection: Connection, events: Sequence[Event]) -> None:
    """An action is ordered."""
    connection.execute(
        insert(schema.actions),
        [
            {
                "id": payload.action,
                "case_id": event.subject,
                "item_id": payload.item,
                "kind": payload.kind,
                "state": "ordered",
                "ordered_at": event.occurred_at,
            }
            for event, payload in payloads_of(events, ActionOrdered)
        ],
    )


@projects(ActionCarriedOut, ActionReversalOrdered, ActionReversed)
def changed(connection: Connection, events: Sequence[Event]) -> None:
    """An action moves on."""
    for cls, state in _STATES.items():
        for _, payload in payloads_of(events, cls):
            connection.execute(update(schema.actions).where(schema.actions.c.id == payload.action).values(state=state))


@projects(ComplaintLodged)
def lodged(connection: Connection, events: Sequence[Event]) -> None:
    """A complaint arrives."""
    connection.execute(
        insert(schema.complaints),
        [
            {
                "id": payload.complaint,
                "case_id": event.subject,
                "action_id": payload.action,
                "channel": payload.channel,
                "lodged_at": event.occurred_at,
            }
            for event, payload in payloads_of(events, ComplaintLodged)
        ],
    )


@projects(ComplaintDecided)
def complaint_decided(connection: Connection, events: Sequence[Event]) -> None:
    """A complaint is decided."""
    for event, payload in payloads_of(events, ComplaintDecided):
        connection.execute(
            update(schema.complaints)
            .where(schema.complaints.c.id == payload.complaint)
            .values(
                upheld=payload.upheld,
                reason=payload.reason,
                decided_by=event.actor,
                decided_at=event.occurred_at,
            )
        )
