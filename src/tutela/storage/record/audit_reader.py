"""The record as people read it: newest first, by person, subject, type and time, a page at a time.

No question reads more than a bounded number of rows, however many events there are: where two filters meet that each
fit very many events, a page says how far it looked, and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from tutela.events.envelope import Event
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.record import events

LOOKED = 2000
"""How many rows one page looks at, at most."""
_PROBE = 1000
SLACK = 2000
"""By how many events the order of times may differ from that of numbers: transactions at the same time."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events: all of those given must fit. Times are those of recording, `since` included and `until` not."""

    actor: str = ""
    subject: str = ""
    type: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page, newest first. `before`: ask for what comes before this number; None at the end.

    `looked_until`: how far it looked back without filling the page, None where it is full or at the end.
    """

    events: tuple[Event, ...]
    before: int | None
    looked_until: datetime | None = None


class AuditReader:
    """Reads the record for the audit page and its export."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: AuditFilter, size: int, before: int | None = None) -> AuditPage:
        """Return the newest events that fit, older than the number `before`."""
        with self._database.read_one_moment() as connection:
            bounds = _bounds(connection, wanted)
            if bounds is None:
                return AuditPage((), None)
            first, last = bounds
            numbers, rest = _numbers(connection, wanted, first, last if before is None else min(last, before - 1), size)
            found = EventLog(connection, _no_clock).by_sequence(numbers)
            looked = None
            if rest is not None and len(numbers) < size:
                looked = connection.execute(select(events.c.recorded_at).where(events.c.sequence == rest)).scalar()
        return AuditPage(tuple(reversed(found)), rest, looked)

    def all(self, wanted: AuditFilter, at_once: int = 1000) -> Iterator[Event]:
        """Yield every event that fits, newest first: for an export, which nobody waits for."""
        before: int | None = None
        while True:
            page = self.page(wanted, at_once, before)
            yield from page.events
            if page.before is None:
                return
            before = page.before


def _numbers(
    connection: Connection, wanted: AuditFilter, first: int, last: int, size: int
) -> tuple[list[int], int | None]:
    """Return the newest numbers that fit, and the number before which the next page begins."""
    filters = {
        name: events.c[name] == value for name in ("subject", "actor", "type") if (value := getattr(wanted, name))
    }
    driving = _driving(connection, filters, first, last)
    within = select(events.c.sequence).where(events.c.sequence >= first, events.c.sequence <= last)
    if driving:
        within = within.where(filters[driving])
    newest = events.c.sequence.desc()
    # Read from the index alone: how far back the rows go that this page looks at.
    rest = connection.execute(within.order_by(newest).offset(LOOKED - 1).limit(1)).scalar()
    query = within if rest is None else within.where(events.c.sequence >= rest)
    for name in filters:
        if name != driving:
            # Wrapped, so that no other index is followed than the one that bounds what is read.
            query = query.where(func.coalesce(events.c[name], "") == getattr(wanted, name))
    if wanted.since is not None:
        query = query.where(events.c.recorded_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(events.c.recorded_at < wanted.until)
    numbers = list(connection.execute(query.order_by(newest).limit(size)).scalars())
    return numbers, numbers[-1] if len(numbers) == size else rest


def _driving(connection: Connection, filters: dict[str, ColumnElement[bool]], first: int, last: int) -> str | None:
    """Return the filter whose index is followed: the one that fits the fewest events, as far as a short look says."""
    if len(filters) <= 1:
        return next(iter(filters), None)

    def fits(name: str) -> int:
        few = select(events.c.sequence).where(filters[name], events.c.sequence >= first, events.c.sequence <= last)
        return int(connection.execute(select(func.count()).select_from(few.limit(_PROBE).subquery())).scalar_one())

    return min(filters, key=fits)


def _bounds(connection: Connection, wanted: AuditFilter) -> tuple[int, int] | None:
    """Return the first and the last number that can fit a period; None where there is no event at all.

    Numbers and times of recording grow together but for transactions at the same time, so the bounds are found by
    halving, with slack; the rows themselves are compared as well.
    """
    last = connection.execute(select(func.max(events.c.sequence))).scalar()
    if last is None:
        return None
    low = 1 if wanted.since is None else max(1, _first_from(connection, wanted.since, last) - SLACK)
    high = last if wanted.until is None else min(last, _first_from(connection, wanted.until, last) + SLACK)
    return low, high


def _first_from(connection: Connection, moment: datetime, last: int) -> int:
    """Return about the first number that was recorded at or after a moment; one more than the last if there is none."""
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        query = select(events.c.sequence, events.c.recorded_at).where(events.c.sequence >= middle)
        row = connection.execute(query.order_by(events.c.sequence).limit(1)).one_or_none()
        if row is None or row.recorded_at >= moment:
            high = middle
        else:
            low = row.sequence + 1
    return low


def _no_clock() -> datetime:
    raise AssertionError("reading records no time")
