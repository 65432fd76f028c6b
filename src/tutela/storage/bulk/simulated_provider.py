"""Writes a made-up provider into an empty installation: what was drawn through the record, copies of it in bulk."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select

from tutela.detection.hashlists.hashlist import HashList, NewEntry
from tutela.events.envelope import NewEvent
from tutela.statistics.provider_simulation.drawing import SERVICES
from tutela.statistics.provider_simulation.happening import LIST
from tutela.statistics.provider_simulation.provider import make_up
from tutela.statistics.provider_simulation.truth import Ends
from tutela.storage import schema
from tutela.storage.bulk.copying import replicate
from tutela.storage.record.event_log import EventLog
from tutela.storage.workplace import Workplace


class NotEmpty(ValueError):
    """The installation holds events already."""


class NoRegime(ValueError):
    """No one regime covers the year, so that nobody may have processed anything on some of its days."""


def simulate(
    place: Workplace, cases: int, year: int, seed: int, progress: Callable[[int], None] = lambda _: None
) -> dict[str, Ends]:
    """Fill an installation with so many cases of a year; return the figures that its return must have.

    `progress` is told how many cases there are. Raises NotEmpty, NoRegime, and ValueError for no case.
    """
    with place.database.read() as connection:
        if connection.execute(select(func.count()).select_from(schema.events)).scalar_one():
            raise NotEmpty("it holds events already: a made-up provider is made in an installation of its own")
    regimes = [place.regimes.on(date(year, month, day)) for month, day in ((1, 1), (12, 31))]
    if regimes[0] is None or regimes[0] != regimes[1]:
        raise NoRegime(f"no one regime covers {year} (tutela regime show): choose another year")
    for service in SERVICES:
        place.register_service(service)
    value = random.Random(seed).randbytes(32)
    place.lists.create(HashList(LIST, "nobody", "made up", "none", "A1"))
    place.lists.add(LIST, [NewEntry("sha256", value, "A1", ("One", "Two"), "made up")])
    with place.database.read() as connection:
        entry = connection.execute(select(schema.hash_entries.c.id)).scalar_one()
    made = make_up(cases, year, seed, regimes[0].id, entry)
    _record(place, made.original)
    if made.copies:
        each = cases // (made.copies + 1)
        replicate(place.database, made.copies, made.spread, lambda done: progress(each * (done + 1)))
    _record(place, made.rest)
    progress(cases)
    return made.truth.figures()


def _record(place: Workplace, events: Sequence[NewEvent]) -> None:
    """Record events day by day, as if each day's had been recorded at its end."""
    with place.database.write() as connection:
        for _, day in groupby(events, key=lambda event: event.occurred_at.date()):
            some = list(day)
            EventLog(connection, _at(some[-1].occurred_at)).append(some)


def _at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment
