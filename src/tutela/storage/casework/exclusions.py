"""Who is not offered a planted case, since they know its answer."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from tutela.storage import schema
from tutela.storage.schema.quality import review_exclusions


def not_for(person: str) -> ColumnElement[bool]:
    """Return the condition on `cases` that leaves out what a person may not take."""
    of_case = review_exclusions.c.case_id == schema.cases.c.id
    return ~select(review_exclusions.c.case_id).where(of_case, review_exclusions.c.person == person).exists()
