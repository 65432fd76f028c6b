"""Actions, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from tutela.casework.actions import TRANSITIONS, ActionState
from tutela.casework.case import ImpossibleTransition
from tutela.casework.reasons import Reason
from tutela.events.catalogue.redress import (
    ActionCarriedOut,
    ActionOrdered,
    ActionReversalOrdered,
    ActionReversed,
    ComplaintDecided,
)
from tutela.events.envelope import Event
from tutela.storage import schema
from tutela.storage.projections.projector import follows, payloads_of, projects


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
                "state": ActionState.ORDERED.value,
                "ordered_at": event.occurred_at,
                "cause": payload.cause,
                "reason": payload.reason,
            }
            for event, payload in payloads_of(events, ActionOrdered)
        ],
    )


@projects(ActionCarriedOut, ActionReversed)
def confirmed(connection: Connection, events: Sequence[Event]) -> None:
    """The platform did, or undid, what it was asked to."""
    for event in events:
        match event.payload:
            case ActionCarriedOut(action=action):
                move(connection, action, ActionState.CARRIED_OUT)
            case ActionReversed(action=action):
                move(connection, action, ActionState.REVERSED)
            case _:
                pass


@projects(ActionReversalOrdered)
def reversal_ordered(connection: Connection, events: Sequence[Event]) -> None:
    """An action is to be undone."""
    for event, payload in payloads_of(events, ActionReversalOrdered):
        move(
            connection,
            payload.action,
            ActionState.REVERSAL_ORDERED,
            undone_by=payload.cause,
            undone_at=event.occurred_at,
            undone_reason=payload.reason,
        )


@follows(ComplaintDecided)
def overturned(connection: Connection, events: Sequence[Event]) -> None:
    """What a report states no more is not confirmed until somebody decides on it anew: the item, or all of an account.

    Where the report stands although the action does not, the item stays confirmed.
    """
    complaints, actions, items = schema.complaints, schema.actions, schema.case_items
    for _, payload in payloads_of(events, ComplaintDecided):
        if not payload.upheld or Reason(payload.reason).report_stands:
            continue
        action = connection.execute(
            select(actions.c.kind, actions.c.item_id, actions.c.case_id)
            .join(complaints, complaints.c.action_id == actions.c.id)
            .where(complaints.c.id == payload.complaint)
        ).one()
        wrong = update(items).values(overturned=True)
        if action.kind == "remove_content":
            connection.execute(wrong.where(items.c.id == action.item_id))
        elif payload.reason == Reason.WRONG_ACCOUNT:
            connection.execute(wrong.where(items.c.case_id == action.case_id, items.c.verdict.in_(("known", "new"))))


def move(connection: Connection, action: str, to: ActionState, **values: object) -> None:
    """Take an action to another state. Raises ImpossibleTransition, which undoes the transaction."""
    table = schema.actions
    allowed = [start.value for start, ends in TRANSITIONS.items() if to in ends]
    moved = connection.execute(
        update(table).where(table.c.id == action, table.c.state.in_(allowed)).values(state=to.value, **values)
    )
    if moved.rowcount != 1:
        found = connection.execute(select(table.c.state).where(table.c.id == action)).scalar()
        raise ImpossibleTransition(f"action {action} is {found or 'not there'}, and cannot become {to.value}")
