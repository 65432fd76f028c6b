"""Skips, breaks and urgency; how grave a case is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, case, delete, insert, update

from tutela.casework.severity import MOST, REOPENED_POINTS, URGENT
from tutela.events.catalogue.review import BreakBegan, BreakEnded, CaseMarkedUrgent, CaseSkipped, CaseUrgencyLifted
from tutela.events.envelope import Event
from tutela.storage import schema
from tutela.storage.database import upserting
from tutela.storage.projections.projector import payloads_of, projects
from tutela.storage.schema.review import breaks, skips


@projects(CaseSkipped)
def skipped(connection: Connection, events: Sequence[Event]) -> None:
    """A case is not offered again to who left it to others."""
    for event in events:
        values = {"at": event.occurred_at}
        statement = upserting(connection, skips).values(case_id=event.subject, person=event.actor, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["case_id", "person"], set_=values))


@projects(BreakBegan)
def began(connection: Connection, events: Sequence[Event]) -> None:
    """Somebody rests."""
    connection.execute(
        insert(breaks),
        [
            {"id": event.id, "person": event.subject, "began_at": event.occurred_at, "cause": payload.cause}
            for event, payload in payloads_of(events, BreakBegan)
        ],
    )


@projects(BreakEnded)
def ended(connection: Connection, events: Sequence[Event]) -> None:
    """Somebody is back."""
    for event in events:
        connection.execute(
            update(breaks)
            .where(breaks.c.person == event.subject, breaks.c.ended_at.is_(None))
            .values(ended_at=event.occurred_at)
        )


@projects(CaseMarkedUrgent, CaseUrgencyLifted)
def urgency(connection: Connection, events: Sequence[Event]) -> None:
    """A case comes before all others, or no longer."""
    for event in events:
        set_urgent(connection, event.subject, urgent=isinstance(event.payload, CaseMarkedUrgent))


def set_urgent(connection: Connection, case_id: str, *, urgent: bool) -> None:
    """Let a case be urgent or not, and as grave as follows from it."""
    connection.execute(update(schema.cases).where(schema.cases.c.id == case_id).values(urgent=urgent))
    reports = schema.referrals
    connection.execute(update(reports).where(reports.c.case_id == case_id).values(urgent=urgent))
    rank(connection, case_id)


_POINTS = bindparam("b_points", type_=Integer)


def weigh(connection: Connection, points: Mapping[str, int]) -> None:
    """Let cases, by their ids, weigh at least so many points."""
    table = schema.cases
    heavier = (
        update(table)
        .where(table.c.id == bindparam("b_case"), table.c.points < _POINTS)
        .values(points=_POINTS, severity=_severity(_POINTS))
    )
    if points:
        connection.execute(heavier, [{"b_case": c, "b_points": p} for c, p in sorted(points.items())])


def rank(connection: Connection, case_id: str) -> None:
    """Work out anew how grave a case is."""
    table = schema.cases
    connection.execute(update(table).where(table.c.id == case_id).values(severity=_severity(table.c.points)))


def offer_again(connection: Connection, case_id: str) -> None:
    """Offer a case to everybody again, also to those who left it to others."""
    connection.execute(delete(skips).where(skips.c.case_id == case_id))


def _severity(points: ColumnElement[Any]) -> Any:
    # casework.severity.severity, said in SQL.
    table = schema.cases
    more = points + case((table.c.reopened > 0, REOPENED_POINTS), else_=0)
    return case((table.c.urgent, URGENT), (points == 0, 0), (more > MOST, MOST), else_=more)
