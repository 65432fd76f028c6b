"""Lanes of cases in the database: which there are, and the first cases of some. Each is a range of one index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, text

from tutela.casework.case import CaseState
from tutela.casework.queues import Lane, Order
from tutela.storage import schema
from tutela.storage.schema.casework import LANE_CONDITION

WAITING = (CaseState.ESCALATED, CaseState.HELD, CaseState.OPEN)
"""The states in which a case is in a queue, in the order of the index."""
Place = tuple[int, datetime, str]
"""Where a case stands in an order: its rank (0 where age alone counts), when it was opened, its id."""
_cases = schema.cases


def lanes(connection: Connection) -> list[Lane]:
    """Return the lanes in which there are cases: a few steps into the index for each, however many cases there are."""
    found: list[Lane] = []
    for state in WAITING:
        row = connection.execute(_ahead(_waits(state))).one_or_none()
        while row is not None:
            found.append(Lane(state, row.severity, row.layer, row.service))
            row = _following(connection, state, row)
    return found


def _following(connection: Connection, state: CaseState, lane: Row[Any]) -> Row[Any] | None:
    # One column at a time: comparing all three at once would read every case of the lane (SQLite 3.40).
    severity, layer, service = _cases.c.severity, _cases.c.layer, _cases.c.service
    for beyond in (
        and_(severity == lane.severity, layer == lane.layer, service > lane.service),
        and_(severity == lane.severity, layer > lane.layer),
        severity > lane.severity,
    ):
        row = connection.execute(_ahead(and_(_waits(state), beyond))).one_or_none()
        if row is not None:
            return row
    return None


def _ahead(condition: ColumnElement[bool]) -> Select[Any]:
    key = (_cases.c.severity, _cases.c.layer, _cases.c.service)
    return select(*key).where(condition).order_by(*key).limit(1)


def count(
    connection: Connection, some: Sequence[Lane], cap: int, only: ColumnElement[bool] | None = None
) -> tuple[int, datetime | None]:
    """Return how many cases the lanes hold, `cap` at most, and when the oldest was opened. `only` narrows them.

    Nothing is counted beyond the cap.
    """
    total, oldest = 0, None
    for lane in some:
        left = max(1, cap - total)
        here = within(lane) if only is None else and_(within(lane), only)
        inner = select(_cases.c.opened_at).where(here).order_by(_cases.c.opened_at).limit(left).subquery()
        number, first_ = connection.execute(select(func.count(), func.min(inner.c.opened_at))).one()
        total += number
        oldest = min(filter(None, (oldest, first_)), default=None)
    return min(total, cap), oldest


def rank(lane: Lane, order: Order) -> int:
    """Return what comes before the age of a case in an order; the smallest is first."""
    return -lane.severity if order is Order.SEVERITY else 0


def first(
    connection: Connection,
    some: Sequence[Lane],
    order: Order,
    limit: int,
    after: Place | None = None,
    only: ColumnElement[bool] | None = None,
) -> list[tuple[Place, Row[Any]]]:
    """Return the first cases of the lanes in an order, after a place, each with its place. `only` narrows them."""
    found: list[tuple[Place, Row[Any]]] = []
    for here, ranked in groupby(sorted(some, key=lambda lane: rank(lane, order)), key=lambda lane: rank(lane, order)):
        if after is not None and here < after[0]:
            continue
        alike: list[tuple[Place, Row[Any]]] = []
        for lane in ranked:
            query = select(_cases).where(within(lane)).order_by(_cases.c.opened_at, _cases.c.id).limit(limit)
            if after is not None and here == after[0]:
                query = query.where(_beyond(after))
            if only is not None:
                query = query.where(only)
            alike += [((here, row.opened_at, row.id), row) for row in connection.execute(query)]
        found += sorted(alike, key=lambda one: one[0])
        if len(found) >= limit:
            break
    return found[:limit]


def within(lane: Lane) -> ColumnElement[bool]:
    """Return the condition under which a case is in a lane."""
    return and_(
        _waits(lane.state),
        _cases.c.severity == lane.severity,
        _cases.c.layer == lane.layer,
        _cases.c.service == lane.service,
    )


def _waits(state: CaseState) -> ColumnElement[bool]:
    # The second part is what the index is limited to, word for word: with parameters in it, neither database would
    # see that the index can be used.
    return and_(_cases.c.state == state.value, text(f"cases.{LANE_CONDITION}"))


def _beyond(after: Place) -> ColumnElement[bool]:
    _, opened_at, id_ = after
    return or_(_cases.c.opened_at > opened_at, and_(_cases.c.opened_at == opened_at, _cases.c.id > id_))
