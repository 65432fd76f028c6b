"""Requests of authorities, their state, and that of the holds that rest on them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, update

from tutela.events.catalogue.legal import (
    LegalAnswered,
    LegalDetailsErased,
    LegalHandOverAsked,
    LegalHoldAsked,
    LegalHoldPlaced,
    LegalReceived,
    LegalRefused,
    LegalRenewed,
    LegalWithdrawn,
)
from tutela.events.catalogue.retention import HoldEnded, HoldLifted
from tutela.events.envelope import Event
from tutela.storage.projections.projector import follows, payloads_of, projects
from tutela.storage.schema.legal import legal_cases, legal_requests

_SAME = (
    "kind", "does", "scope", "authority", "country", "received_at", "due_at", "until", "accounts", "reports",
    "silent_until",
)  # fmt: skip


@projects(LegalReceived)
def received(connection: Connection, events: Sequence[Event]) -> None:
    """It waits for its answer."""
    found = payloads_of(events, LegalReceived)
    connection.execute(
        insert(legal_requests),
        [
            {
                "id": event.subject,
                "event": event.id,
                "entered_at": event.occurred_at,
                "entered_by": event.actor,
                "unsearched": list(payload.unsearched),
                "state": "open",
                "renewals": 0,
                **{name: getattr(payload, name) for name in _SAME},
            }
            for event, payload in found
        ],
    )
    cases = [{"request_id": event.subject, "case_id": case} for event, p in found for case in p.cases]
    if cases:
        connection.execute(insert(legal_cases), cases)


@projects(
    LegalHoldAsked, LegalHoldPlaced, LegalRenewed, LegalHandOverAsked, LegalAnswered, LegalRefused, LegalWithdrawn,
    LegalDetailsErased,
)  # fmt: skip
def changed(connection: Connection, events: Sequence[Event]) -> None:
    """What came of it."""
    table = legal_requests
    for event in events:
        statement = update(table).where(table.c.id == event.subject)
        closed = {"closed_at": event.occurred_at, "closed_by": event.actor}
        match event.payload:
            case LegalHoldAsked(approval=approval, deed=deed):
                values: dict[str, object] = {"asked": approval, "asked_deed": deed}
            case LegalHandOverAsked(approval=approval):
                values = {"asked": approval, "asked_deed": "hand_over"}
            case LegalHoldPlaced(hold=hold, until=until):
                values = {"hold": hold, "hold_state": "standing", "until": until}
            case LegalRenewed(until=until):
                values = {"until": until, "renewals": table.c.renewals + 1}
            case LegalAnswered(outcome=outcome, digest=digest):
                # One that was lost and is sent again changes what was sent, and not when it was answered.
                connection.execute(statement.where(table.c.closed_at.is_(None)).values(**closed))
                values = {"state": "answered", "outcome": outcome, "digest": digest, "answer_event": event.id}
            case LegalRefused(reason=reason, digest=digest):
                values = {"state": "refused", "reason": reason, "digest": digest, "answer_event": event.id, **closed}
            case LegalWithdrawn(reason=reason):
                connection.execute(statement.values(withdrawn_at=event.occurred_at))
                # What was answered stays answered; its hold alone is let go.
                statement = statement.where(table.c.state == "open")
                values = {"state": "withdrawn", "reason": reason, **closed}
            case LegalDetailsErased():
                values = {"erased_at": event.occurred_at}
            case _:
                continue
        connection.execute(statement.values(**values))


@follows(HoldLifted, HoldEnded)
def hold_over(connection: Connection, events: Sequence[Event]) -> None:
    """The hold that rested on it stands no more."""
    for event in events:
        match event.payload:
            case HoldLifted(hold=hold):
                values: dict[str, object] = {"hold_state": "lifted", "until": event.occurred_at}
            case HoldEnded(hold=hold):
                values = {"hold_state": "ended"}
            case _:
                continue
        connection.execute(update(legal_requests).where(legal_requests.c.hold == hold).values(**values))
