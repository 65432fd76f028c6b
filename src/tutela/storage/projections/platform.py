"""Calls to the platform: ordered by what they tell of, and how they ended."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from tutela.casework.calls import ANNOUNCED, TRANSITIONS, CallState
from tutela.casework.case import ImpossibleTransition
from tutela.events.catalogue.platform import CallDelivered, CallFailed, CallNeedless, CallRetryOrdered
from tutela.events.envelope import Event
from tutela.storage.projections.projector import follows, payloads_of, projects
from tutela.storage.schema.platform import calls

_S = CallState


@follows(*ANNOUNCED)
def ordered(connection: Connection, events: Sequence[Event]) -> None:
    """What the platform must know of waits to be told, under the id of its event."""
    connection.execute(
        insert(calls),
        [
            {
                "id": event.id,
                "kind": event.type,
                "about": getattr(event.payload, ANNOUNCED[type(event.payload)]),
                "case_id": event.subject,
                "state": _S.WAITING.value,
                "ordered_at": event.occurred_at,
                "due_at": event.occurred_at,
                "tries": 0,
                "changed_at": event.occurred_at,
            }
            for event in events
        ],
    )


@projects(CallDelivered, CallNeedless)
def ended(connection: Connection, events: Sequence[Event]) -> None:
    """The platform knows, or need not know any more."""
    for event in events:
        match event.payload:
            case CallDelivered(call=call):
                _move(connection, event, call, _S.DELIVERED, last_error=None, tries=calls.c.tries + 1)
            case CallNeedless(call=call):
                _move(connection, event, call, _S.NEEDLESS, last_error=None)
            case _:
                pass


@projects(CallFailed)
def failed(connection: Connection, events: Sequence[Event]) -> None:
    """A try failed: it is tried again by itself, or a person must look."""
    for event, payload in payloads_of(events, CallFailed):
        values = {"tries": payload.tries, "last_error": payload.code}
        if payload.next_at is None:
            _move(connection, event, payload.call, _S.DEAD, **values)
        else:
            _change(connection, event, payload.call, [_S.WAITING], "fail", due_at=payload.next_at, **values)


@projects(CallRetryOrdered)
def retried(connection: Connection, events: Sequence[Event]) -> None:
    """It is due now, and has all its tries again."""
    for event, payload in payloads_of(events, CallRetryOrdered):
        _change(
            connection,
            event,
            payload.call,
            [_S.WAITING, _S.DEAD],
            "be tried again",
            state=_S.WAITING.value,
            due_at=event.occurred_at,
            tries=0,
        )


def _move(connection: Connection, event: Event, call: str, to: CallState, **values: object) -> None:
    allowed = [start for start, ends in TRANSITIONS.items() if to in ends]
    _change(connection, event, call, allowed, f"become {to.value}", state=to.value, **values)


def _change(
    connection: Connection, event: Event, call: str, allowed: Sequence[CallState], what: str, **values: object
) -> None:
    changed = connection.execute(
        update(calls)
        .where(calls.c.id == call, calls.c.state.in_([state.value for state in allowed]))
        .values(changed_at=event.occurred_at, **values)
    )
    if changed.rowcount != 1:
        found = connection.execute(select(calls.c.state).where(calls.c.id == call)).scalar()
        raise ImpossibleTransition(f"call {call} is {found or 'not there'}, and cannot {what}")
