"""What recipients said of reports, who may be sent to in production, and how statements of reasons stand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, update

from tutela.events.catalogue.referral import FeedbackRecorded, ProductionClosed, ProductionOpened
from tutela.events.catalogue.transparency import StatementFailed, StatementSent
from tutela.events.envelope import Event
from tutela.storage.database import upserting
from tutela.storage.projections.projector import payloads_of, projects
from tutela.storage.schema.referral import feedback, openings, referral_items, statements


@projects(FeedbackRecorded)
def recorded(connection: Connection, events: Sequence[Event]) -> None:
    """The latest word on an item is what counts; every word stays."""
    for event, payload in payloads_of(events, FeedbackRecorded):
        connection.execute(
            insert(feedback).values(
                id=event.id,
                referral_id=payload.referral,
                said=payload.said,
                items=list(payload.items),
                reference=payload.reference,
                said_on=payload.said_on,
                jurisdiction=payload.jurisdiction,
                via=payload.via,
                author=event.actor,
                at=event.occurred_at,
                sequence=event.sequence,
            )
        )
        connection.execute(
            update(referral_items)
            .where(referral_items.c.referral_id == payload.referral, referral_items.c.item_id.in_(payload.items))
            .values(feedback=payload.said, feedback_jurisdiction=payload.jurisdiction)
        )


@projects(ProductionOpened)
def opened(connection: Connection, events: Sequence[Event]) -> None:
    """It holds for this endpoint, in place of what held before."""
    for event, payload in payloads_of(events, ProductionOpened):
        values = {
            "endpoint": payload.endpoint,
            "digest": payload.digest,
            "opened_by": event.actor,
            "allowed_by": payload.allowed_by,
            "opened_at": event.occurred_at,
            "closed_by": None,
            "closed_at": None,
        }
        statement = upserting(connection, openings).values(recipient=event.subject, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["recipient"], set_=values))


@projects(ProductionClosed)
def closed(connection: Connection, events: Sequence[Event]) -> None:
    """Nothing goes there any more."""
    for event in events:
        connection.execute(
            update(openings)
            .where(openings.c.recipient == event.subject)
            .values(closed_by=event.actor, closed_at=event.occurred_at)
        )


@projects(StatementSent, StatementFailed)
def stated(connection: Connection, events: Sequence[Event]) -> None:
    """A statement is there, or could not be sent."""
    for event in events:
        match event.payload:
            case StatementSent(action=action):
                values: dict[str, object] = {"sent": True, "code": None, "retry": False}
            case StatementFailed(action=action, code=code, retry=retry):
                values = {"sent": False, "code": code, "retry": retry}
            case _:
                continue
        values["changed_at"] = event.occurred_at
        statement = upserting(connection, statements).values(action_id=action, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["action_id"], set_=values))
