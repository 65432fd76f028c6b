"""From whom a planted case is kept, since they know its answer: they do not meet it at all."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.schema.quality import review_exclusions


def not_for(person: str) -> ColumnElement[bool]:
    """Return the condition on `cases` that leaves out what a person may not take."""
    of_case = review_exclusions.c.case_id == schema.cases.c.id
    return ~select(review_exclusions.c.case_id).where(of_case, review_exclusions.c.person == person).exists()


def is_kept_from(database: Database, case_id: str, person: str) -> bool:
    """Return whether a case is one that the person must not meet."""
    table = review_exclusions
    query = select(table.c.case_id).where(table.c.case_id == case_id, table.c.person == person)
    with database.read() as connection:
        return connection.execute(query).first() is not None
