"""What waits for a second pair of eyes, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, update

from tutela.events.catalogue.approvals import ApprovalAsked, ApprovalDecided, ApprovalUsed
from tutela.events.envelope import Event
from tutela.storage.projections.projector import payloads_of, projects
from tutela.storage.schema.approvals import approvals


@projects(ApprovalAsked)
def asked(connection: Connection, events: Sequence[Event]) -> None:
    """It waits."""
    connection.execute(
        insert(approvals),
        [
            {
                "id": payload.approval,
                "kind": payload.kind,
                "subject": event.subject,
                "facts": payload.facts,
                "asked_by": event.actor,
                "asked_at": event.occurred_at,
                "state": "waiting",
            }
            for event, payload in payloads_of(events, ApprovalAsked)
        ],
    )


@projects(ApprovalDecided)
def decided(connection: Connection, events: Sequence[Event]) -> None:
    """Somebody else decided."""
    for event, payload in payloads_of(events, ApprovalDecided):
        connection.execute(
            update(approvals)
            .where(approvals.c.id == payload.approval)
            .values(
                state="allowed" if payload.allowed else "refused",
                decided_by=event.actor,
                decided_at=event.occurred_at,
            )
        )


@projects(ApprovalUsed)
def used(connection: Connection, events: Sequence[Event]) -> None:
    """It is done, and cannot be done again."""
    for event, payload in payloads_of(events, ApprovalUsed):
        connection.execute(
            update(approvals).where(approvals.c.id == payload.approval).values(state="used", used_at=event.occurred_at)
        )
