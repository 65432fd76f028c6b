"""What an inspector may see now: asked at each request, so that an inspection ends by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from tutela.access import inspection
from tutela.access.inspection import Inspection, Plan
from tutela.access.roles import Person, Role
from tutela.storage.schema.governance import inspections


def admitted(connection: Connection, person: Person, now: datetime) -> Person | None:
    """Return the person as they may look now; None for an inspector whose inspection is not open."""
    if Role.SUPERVISOR not in person.roles:
        return person
    return inspection.admitted(person, present(connection, person.id, now), now)


def present(connection: Connection, person: str, now: datetime) -> Inspection | None:
    """Return the open inspection of a person, the one that ends last."""
    query = select(inspections).where(inspections.c.person == person, inspections.c.ends_at > now)
    rows = connection.execute(query.order_by(inspections.c.ends_at.desc())).all()
    return next((found for row in rows if (found := inspection_of(row)).is_open(now)), None)


def inspection_of(row: Row[Any]) -> Inspection:
    """Return a row as an inspection."""
    plan = Plan(row.authority, row.reference, row.person, row.starts_at, row.ends_at, tuple(row.scope))
    return Inspection(row.id, plan, row.opened_by, row.opened_at, row.ended_at, row.pages)
