"""Which cases and legal requests are on record, with items and events: what names of evidence are compared with."""

from __future__ import annotations

from sqlalchemy import select

from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.schema.legal import legal_requests


def known_names(database: Database, cases: list[str]) -> dict[str, set[str]]:
    """Return those of some cases and requests that are on record, each with the ids of its items and of its events."""
    items, events = schema.case_items, schema.events
    with database.read() as connection:
        known: dict[str, set[str]] = {
            case: set()
            for table in (schema.cases, legal_requests)
            for case in connection.execute(select(table.c.id).where(table.c.id.in_(cases))).scalars()
        }
        for column, owner in ((items.c.id, items.c.case_id), (events.c.id, events.c.subject)):
            for name, case in connection.execute(select(column, owner).where(owner.in_(list(known)))):
                known[case].add(name)
    return known
