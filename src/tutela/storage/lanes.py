"""Lanes of cases in the database: which there are, and the first cases of some. Each is a range of one index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    union_all,
)

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
        row = connection.execute(_FIRST[state]).one_or_none()
        while row is not None:
            found.append(Lane(state, row.severity, row.layer, row.service))
            row = min(connection.execute(_NEXT[state], row._asdict()).all(), key=tuple, default=None)
    return found


def _waits(state: CaseState) -> ColumnElement[bool]:
    # The second part is what the index is limited to, word for word: with parameters in it, neither database would
    # see that the index can be used.
    return and_(_cases.c.state == state.value, text(f"cases.{LANE_CONDITION}"))


def _ahead(condition: ColumnElement[bool]) -> Select[Any]:
    key = (_cases.c.severity, _cases.c.layer, _cases.c.service)
    return select(*key).where(condition).order_by(*key).limit(1)


def _following(state: CaseState) -> CompoundSelect[Any]:
    # One column at a time: comparing all three at once would read every case of the lane (SQLite 3.40).
    severity, layer, service = (_cases.c[name] for name in ("severity", "layer", "service"))
    here, kind, sender = (bindparam(column.name, type_=column.type) for column in (severity, layer, service))
    beyond = (
        and_(severity == here, layer == kind, service > sender),
        and_(severity == here, layer > kind),
        severity > here,
    )
    return union_all(*(select(_ahead(and_(_waits(state), further)).subquery()) for further in beyond))


_FIRST = {state: _ahead(_waits(state)) for state in WAITING}
_NEXT = {state: _following(state) for state in WAITING}
"""The lane that comes after one, if any, is the least of these. Both are put together once."""


def count(
    connection: Connection, some: Sequence[Lane], cap: int, only: ColumnElement[bool] | None = None
) -> tuple[int, datetime | None]:
    """Return how many cases the lanes hold, `cap` at most, and when the oldest was opened. `only` narrows them.

    In no lane is counted beyond the cap.
    """
    if not some:
        return 0, None
    counted = []
    for lane in some:
        here = within(lane) if only is None else and_(within(lane), only)
        inner = select(_cases.c.opened_at).where(here).order_by(_cases.c.opened_at).limit(max(1, cap)).subquery()
        counted.append(select(func.count().label("cases"), func.min(inner.c.opened_at).label("oldest")))
    rows = connection.execute(union_all(*counted)).all()
    oldest = min((row.oldest for row in rows if row.oldest is not None), default=None)
    return min(sum(row.cases for row in rows), cap), oldest


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


def _beyond(after: Place) -> ColumnElement[bool]:
    _, opened_at, id_ = after
    return or_(_cases.c.opened_at > opened_at, and_(_cases.c.opened_at == opened_at, _cases.c.id > id_))
