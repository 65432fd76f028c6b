"""Reading rows: many values in parts, and distances beside their thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row


def in_parts(connection: Connection, query: Any, column: Any, values: Sequence[Any]) -> list[Row[Any]]:
    """Return the rows whose column has one of the values: 500 values in a statement."""
    found: list[Row[Any]] = []
    for start in range(0, len(values), 500):
        found += connection.execute(query.where(column.in_(values[start : start + 500]))).all()
    return found


def share(found: Any) -> float:
    """Return a distance as a share of its threshold, 0 to 1; 0 where they are equal by a digest."""
    return found.distance / found.threshold if found.threshold else 0.0
