"""Reading rows: events of one subject, many values in parts, and distances beside their thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func

from tutela.storage.schema.record import events


def events_about(subject: str, *types: str) -> ColumnElement[bool]:
    """Return the condition on the events about something that are of some types.

    Few events are about one thing and millions may be of one type, but SQLite may follow either index. The types are
    wrapped, so that they are compared alone.
    """
    return and_(events.c.subject == subject, func.coalesce(events.c.type, "").in_(types))


def in_parts(connection: Connection, query: Any, column: Any, values: Sequence[Any]) -> list[Row[Any]]:
    """Return the rows whose column has one of the values: 500 values in a statement."""
    found: list[Row[Any]] = []
    for start in range(0, len(values), 500):
        found += connection.execute(query.where(column.in_(values[start : start + 500]))).all()
    return found


def share(found: Any) -> float:
    """Return a distance as a share of its threshold, 0 to 1; 0 where they are equal by a digest."""
    return found.distance / found.threshold if found.threshold else 0.0
