"""Queues as people read them: how many cases wait in each, and one page of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from tutela.casework.case import CaseState
from tutela.casework.claims import Claim
from tutela.casework.queues import Lane, Order, Queues
from tutela.storage import lanes as in_lanes
from tutela.storage import schema
from tutela.storage.casework.exclusions import not_for
from tutela.storage.database import Database
from tutela.storage.lanes import Place
from tutela.storage.rows import in_parts, share
from tutela.storage.schema.review import claims

COUNTED = 1000
"""Beyond so many cases of a queue, the page says "more than"."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """A distance, in the unit of a technology, and the threshold that it lay within."""

    technology: str
    distance: int
    threshold: int

    @property
    def share(self) -> float:
        """The distance as a share of the threshold: technologies count in units of their own."""
        return share(self)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of a queue. `nearest` is the detection with the smallest share of its threshold.

    `claim` is who works on it, if somebody does.
    """

    id: str
    service: str
    state: CaseState
    layer: str
    severity: int
    opened_at: datetime
    reopened: bool
    items: int
    undecided: int
    nearest: Nearest | None
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """A queue and how many cases wait in it: `cases`, or `more` than that. `name` is None for a built-in one."""

    id: str
    name: str | None
    cases: int
    more: bool
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases of a queue; `after` is where the next page begins, None at the end."""

    rows: tuple[CaseRow, ...]
    after: Place | None


class QueueReader:
    """Reads queues. What it reads does not grow with the number of cases."""

    def __init__(self, database: Database, queues: Queues) -> None:
        self._database = database
        self._queues = queues

    def tabs(self, cap: int = COUNTED, person: str | None = None) -> list[Tab]:
        """Return every queue, in the order in which their cases are offered; as a person sees it if one is named."""
        with self._database.read() as connection:
            return self._tabs(connection, in_lanes.lanes(connection), cap, person)

    def waiting(self, person: str, service: str | None = None, cap: int = COUNTED) -> tuple[int, bool]:
        """Return how many cases all queues hold as a person sees them, of one service if named; True for more.

        It is the sum of what `tabs` tells: each queue is counted up to the cap.
        """
        with self._database.read() as connection:
            there = [lane for lane in in_lanes.lanes(connection) if service in (None, lane.service)]
            tabs = self._tabs(connection, there, cap, person)
        return sum(tab.cases for tab in tabs), any(tab.more for tab in tabs)

    def page(
        self,
        queue: str,
        order: Order | None = None,
        limit: int = 50,
        after: Place | None = None,
        now: datetime | None = None,
        person: str | None = None,
    ) -> Page:
        """Return a page of a queue, with who works on its cases if `now` is given; as a person sees it if named."""
        with self._database.read() as connection:
            return self._page(connection, in_lanes.lanes(connection), queue, order, limit, after, now, person)

    def beginnings(
        self, order: Order | None, limit: int, few: int, now: datetime, person: str | None = None, cap: int = COUNTED
    ) -> tuple[list[Tab], dict[str, Page]]:
        """Return every queue, and the first cases of those that hold some: `few` of each, `limit` of a single one."""
        with self._database.read() as connection:
            there = in_lanes.lanes(connection)
            tabs = self._tabs(connection, there, cap, person)
            full = [tab.id for tab in tabs if tab.cases]
            size = limit if len(full) < 2 else few
            pages = {id_: self._page(connection, there, id_, order, size, None, now, person) for id_ in full}
        return tabs, pages

    def _tabs(self, connection: Connection, there: Sequence[Lane], cap: int, person: str | None) -> list[Tab]:
        only = None if person is None else not_for(person)
        found = []
        for id_ in self._queues.ids:
            here = [lane for lane in there if self._queues.of(lane) == id_]
            number, oldest = in_lanes.count(connection, here, cap + 1, only)
            rule = self._queues.rules.get(id_)
            found.append(Tab(id_, rule.name if rule else None, min(number, cap), number > cap, oldest))
        return found

    def _page(
        self,
        connection: Connection,
        there: Sequence[Lane],
        queue: str,
        order: Order | None,
        limit: int,
        after: Place | None,
        now: datetime | None,
        person: str | None,
    ) -> Page:
        only = None if person is None else not_for(person)
        here = [lane for lane in there if self._queues.of(lane) == queue]
        found = in_lanes.first(connection, here, order or self._queues.order(queue), limit + 1, after, only)
        rows = case_rows(connection, [row for _, row in found[:limit]], now)
        return Page(tuple(rows), found[limit - 1][0] if len(found) > limit else None)


def case_rows(connection: Connection, rows: Sequence[Row[Any]], now: datetime | None = None) -> list[CaseRow]:
    """Return the lines of cases, in the order of their rows."""
    items, detections = schema.case_items, schema.detections
    ids = [row.id for row in rows]
    counts = {
        r.case_id: r
        for r in in_parts(
            connection,
            select(
                items.c.case_id,
                func.count().label("items"),
                func.sum(case((items.c.verdict.is_(None), 1), else_=0)).label("undecided"),
            ).group_by(items.c.case_id),
            items.c.case_id,
            ids,
        )
    }
    columns = detections.c.technology, detections.c.threshold
    distances = in_parts(
        connection,
        select(items.c.case_id, *columns, func.min(detections.c.distance).label("distance"))
        .join(detections, detections.c.item_id == items.c.id)
        .group_by(items.c.case_id, *columns),
        items.c.case_id,
        ids,
    )
    nearest: dict[str, Nearest] = {}
    for r in distances:
        one = Nearest(r.technology, r.distance, r.threshold)
        if r.case_id not in nearest or _order(one) < _order(nearest[r.case_id]):
            nearest[r.case_id] = one
    held: dict[str, Claim] = {}
    if now is not None:
        live = select(claims).where(claims.c.until > now)
        for r in in_parts(connection, live, claims.c.case_id, ids):
            held[r.case_id] = Claim(r.case_id, r.person, r.since, r.until, r.ticket, r.assigned_by)
    return [
        CaseRow(
            id=r.id,
            service=r.service,
            state=CaseState(r.state),
            layer=r.layer,
            severity=r.severity,
            opened_at=r.opened_at,
            reopened=r.reopened > 0,
            items=counts[r.id].items if r.id in counts else 0,
            undecided=int(counts[r.id].undecided) if r.id in counts else 0,
            nearest=nearest.get(r.id),
            claim=held.get(r.id),
        )
        for r in rows
    ]


def _order(nearest: Nearest) -> tuple[float, str]:
    return nearest.share, nearest.technology
