"""The number that every change of lists counts up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from tutela.events.envelope import new_id
from tutela.storage import schema


def next_revision(connection: Connection, now: datetime) -> int:
    """Begin a change of lists: return its revision, and make every other change wait until this one ends.

    Call it before anything else in the transaction. On PostgreSQL the row stays locked until the commit, so that
    whoever sees a revision sees every one before it.
    """
    table = schema.hash_revision
    counted = update(table).values(revision=table.c.revision + 1).returning(table.c.revision)
    revision: int = connection.execute(counted).scalar_one()
    connection.execute(insert(schema.hash_changes).values(revision=revision, stamp=new_id(now)))
    return revision


def last_revision(connection: Connection) -> int:
    """Return the revision of the last change that is committed."""
    revision: int = connection.execute(select(schema.hash_revision.c.revision)).scalar_one()
    return revision
