"""Notices to users, their deferral, and requests for access."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from tutela.events.catalogue.notices import (
    AccessAnswered,
    AccessRequested,
    NoticeDeferralEnded,
    NoticeDeferred,
    NoticeHandedOver,
    NoticeIssued,
    NoticeKind,
    NoticeLinkRenewed,
    NoticeLinkRevoked,
)
from tutela.events.catalogue.redress import ActionCarriedOut, ComplaintDecided, ComplaintEntryDoubted
from tutela.events.envelope import Event
from tutela.storage import schema
from tutela.storage.projections.projector import follows, payloads_of, projects
from tutela.storage.schema.notices import access_requests, deferrals, entry_doubts, notices


def due(connection: Connection, kind: NoticeKind, rows: Sequence[tuple[str, str, str, datetime]]) -> None:
    """Something is there to tell users of: `rows` are what it is about, the case, the action and the time.

    Called where that something is projected.
    """
    if rows:
        names = ("about", "case_id", "action_id", "due_at")
        connection.execute(insert(notices), [{"kind": kind, **dict(zip(names, row, strict=True))} for row in rows])


@follows(ActionCarriedOut)
def done(connection: Connection, events: Sequence[Event]) -> None:
    """The user must hear of what was done."""
    found = payloads_of(events, ActionCarriedOut)
    due(connection, "action_taken", [(p.action, e.subject, p.action, e.occurred_at) for e, p in found])


@follows(ComplaintDecided)
def complaint_decided(connection: Connection, events: Sequence[Event]) -> None:
    """The user must hear of the decision."""
    for event, payload in payloads_of(events, ComplaintDecided):
        action = action_of(connection, payload.complaint)
        due(connection, "complaint_decided", [(payload.complaint, event.subject, action, event.occurred_at)])


@projects(NoticeIssued)
def issued(connection: Connection, events: Sequence[Event]) -> None:
    """It is there for the platform to hand over."""
    for event, payload in payloads_of(events, NoticeIssued):
        connection.execute(
            update(notices)
            .where(notices.c.about == payload.about)
            .values(
                issued_at=event.occurred_at,
                language=payload.language,
                link=payload.link,
                link_expires_at=payload.link_expires_at,
            )
        )


@projects(NoticeHandedOver)
def handed_over(connection: Connection, events: Sequence[Event]) -> None:
    """The first time stands; every language is noted."""
    for event, payload in payloads_of(events, NoticeHandedOver):
        row = connection.execute(select(notices).where(notices.c.about == payload.about)).one()
        connection.execute(
            update(notices)
            .where(notices.c.about == payload.about)
            .values(
                handed_over_at=row.handed_over_at or event.occurred_at,
                handed_over_in=" ".join([*row.handed_over_in.split(), payload.language]),
            )
        )


@projects(NoticeLinkRenewed, NoticeLinkRevoked)
def link_changed(connection: Connection, events: Sequence[Event]) -> None:
    """Another link, or none."""
    for event in events:
        match event.payload:
            case NoticeLinkRenewed(about=about, link=link, link_expires_at=expires):
                values: dict[str, object] = {"link": link, "link_expires_at": expires}
            case NoticeLinkRevoked(about=about):
                values = {"link": None, "link_expires_at": None}
            case _:
                continue
        connection.execute(update(notices).where(notices.c.about == about).values(**values))


@projects(NoticeDeferred)
def deferred(connection: Connection, events: Sequence[Event]) -> None:
    """Nothing is told for a time."""
    connection.execute(
        insert(deferrals),
        [
            {
                "id": payload.deferral,
                "event": event.id,
                "case_id": event.subject,
                "authority": payload.authority,
                "begins": payload.begins,
                "ends": payload.ends,
                "author": event.actor,
                "placed_at": event.occurred_at,
            }
            for event, payload in payloads_of(events, NoticeDeferred)
        ],
    )


@projects(NoticeDeferralEnded)
def deferral_ended(connection: Connection, events: Sequence[Event]) -> None:
    """From here on the notices of the case are due."""
    for event, payload in payloads_of(events, NoticeDeferralEnded):
        connection.execute(
            update(deferrals)
            .where(deferrals.c.id == payload.deferral)
            .values(ended_at=event.occurred_at, ended_by=event.actor, how=payload.how)
        )


@projects(AccessRequested)
def requested(connection: Connection, events: Sequence[Event]) -> None:
    """A user asks for their data."""
    connection.execute(
        insert(access_requests),
        [
            {
                "id": payload.request,
                "event": event.id,
                "case_id": event.subject,
                "action_id": payload.action,
                "via": payload.via,
                "words": payload.words,
                "requested_at": event.occurred_at,
            }
            for event, payload in payloads_of(events, AccessRequested)
        ],
    )


@projects(AccessAnswered)
def answered(connection: Connection, events: Sequence[Event]) -> None:
    """Staff answered, which the user is told."""
    for event, payload in payloads_of(events, AccessAnswered):
        connection.execute(
            update(access_requests)
            .where(access_requests.c.id == payload.request)
            .values(
                outcome=payload.outcome,
                answered_by=event.actor,
                answered_at=event.occurred_at,
                answer_event=event.id if payload.answer else None,
            )
        )
        action = connection.execute(
            select(access_requests.c.action_id).where(access_requests.c.id == payload.request)
        ).scalar_one()
        due(connection, "access_answered", [(payload.request, event.subject, action, event.occurred_at)])


@projects(ComplaintEntryDoubted)
def doubted(connection: Connection, events: Sequence[Event]) -> None:
    """An entry is to be checked."""
    connection.execute(
        insert(entry_doubts),
        [
            {
                "complaint_id": payload.complaint,
                "item_id": payload.item,
                "entry_id": payload.entry_id,
                "same": payload.same,
                "at": event.occurred_at,
            }
            for event, payload in payloads_of(events, ComplaintEntryDoubted)
        ],
    )


def action_of(connection: Connection, complaint: str) -> str:
    """Return the action that a complaint is against."""
    table = schema.complaints
    return str(connection.execute(select(table.c.action_id).where(table.c.id == complaint)).scalar_one())
