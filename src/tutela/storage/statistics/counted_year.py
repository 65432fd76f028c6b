"""The year counted, in one process or in several: each counts other cases, and what they counted is added up."""

from __future__ import annotations

import gc
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import current_process, get_context, parent_process
from multiprocessing.connection import Connection as Pipe

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from tutela.statistics.provider_return.counting import Counted, Counting, count_cases, merged, trimmed
from tutela.statistics.provider_return.light import Days, LightEvent
from tutela.statistics.provider_return.marks import RecordMark
from tutela.statistics.provider_return.measures import measure_marks
from tutela.statistics.provider_return.records import Setup
from tutela.storage.database import Database
from tutela.storage.statistics.return_events import cases, done_against_errors, halves, tallies

SEVERAL = 200_000
"""From how many events on it takes longer to count than to start another process."""
_ASKED_EVERY = 1000


class NotCounted(RuntimeError):
    """A process that counted a part ended early."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What one process counts: cases whose ids lie in a range."""

    url: URL
    days: tuple[Days, ...]
    services: tuple[str, ...]
    up_to: int
    since: str | None
    before: str | None


def count_year(
    database: Database,
    connection: Connection,
    days: Sequence[Days],
    services: Collection[str],
    up_to: int,
    setup: Setup,
) -> list[Counted]:
    """Count a year and its parts from the events up to a number, in one walk over the events.

    `setup` is what applied at the end of the year. Raises NotCounted.
    """
    countings = [Counting(one, services, up_to) for one in days]
    for sequence in setup.sequences:
        countings[0].mark(sequence, RecordMark("record", sequence))
    for sequence, mark in measure_marks(done_against_errors(connection, up_to), days[0]):
        countings[0].mark(sequence, mark)
    for tally in tallies(connection, up_to):
        for counting in countings:
            counting.tally(tally)
    ranges = halves(connection, up_to, _processes(up_to))
    scope = tuple(sorted(services))
    parts = [_Part(database.url, tuple(days), scope, up_to, since, before) for since, before in ranges]
    working = [_Working(part) for part in parts[1:]]
    try:
        with _unswept():
            count_cases(cases(connection, up_to, since=parts[0].since, before=parts[0].before), countings)
        counted = [[one.counted() for one in countings], *(one.result() for one in working)]
    finally:
        for one in working:
            one.end()
    return [merged(some) if len(some) > 1 else some[0] for some in zip(*counted, strict=True)]


def _processes(up_to: int) -> int:
    if up_to < SEVERAL or current_process().daemon:
        return 1
    return max(1, min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))


class _Working:
    """A process that counts a part."""

    def __init__(self, part: _Part) -> None:
        context = get_context("spawn")
        self._receiving, sending = context.Pipe(duplex=False)
        self._process = context.Process(target=_count_part, args=(sending, part), daemon=True)
        self._process.start()
        sending.close()

    def result(self) -> list[Counted]:
        """Wait for what it counted, for each part of the year. Raises NotCounted."""
        try:
            counted: list[Counted] = self._receiving.recv()
        except EOFError as error:
            raise NotCounted("a process that counted a part of the year ended early") from error
        return counted

    def end(self) -> None:
        """End it, whatever it does."""
        self._receiving.close()
        self._process.terminate()
        self._process.join()


def _count_part(sending: Pipe, part: _Part) -> None:
    database = Database(part.url)
    countings = [Counting(one, part.services, part.up_to) for one in part.days]
    try:
        with database.read() as connection, _unswept():
            count_cases(_while_wanted(cases(connection, part.up_to, since=part.since, before=part.before)), countings)
        sending.send([trimmed(one.counted()) for one in countings])
    finally:
        database.close()


@contextmanager
def _unswept() -> Iterator[None]:
    """Keep the garbage collector still: nothing of a case refers back, so it is gone with its last name."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _while_wanted(some: Iterator[list[LightEvent]]) -> Iterator[list[LightEvent]]:
    """Yield cases; ends the process when nobody is left who wants them."""
    parent = parent_process()
    for number, case in enumerate(some):
        if number % _ASKED_EVERY == 0 and parent is not None and not parent.is_alive():
            raise SystemExit(1)
        yield case
