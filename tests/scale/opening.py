"""Opens every figure of a return in the console: what its pages say and show are its events, and they make the figure.

Events are held against figures by their types and, of section 1, by what the tallies sum up; accounts, which figures
count once however many events name them, in smaller installations only (tests/statistics).
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
from sqlalchemy import select

from tutela.events.catalogue.intake import ItemsTallied
from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.volumes import KINDS
from tutela.storage import schema
from tutela.storage.workplace import Workplace
from tutela.web.console.returns import EVENTS

_CAPTION = re.compile(r"<caption>([\d,]+) events?(?:; ([\d,]+) of them here)?")
_HEADING = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
_ROW = re.compile(r'<tr><td class="number">(\d+)</td>')
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_FLAGGED, _DECIDED, _FILED = "item.flagged", "item.decided", "referral.filed"
_FILES = ("images", "videos", "other_files")


@dataclass(frozen=True, slots=True)
class Opened:
    """A figure that was opened. `seconds`: how long its first page took, one in the middle, and its last."""

    figure: str
    events: int
    seconds: tuple[float, ...]
    held: bool
    """Whether its value was counted again from its events."""


class Types:
    """The type of every event, in little memory."""

    def __init__(self, place: Workplace, last: int) -> None:
        """Read them up to an event's number."""
        self._names: dict[str, int] = {}
        self._codes = np.zeros(last + 1, dtype=np.uint8)
        table = schema.events
        query = select(table.c.sequence, table.c.type).where(table.c.sequence <= last)
        with place.database.read() as connection:
            for some in connection.execute(query, execution_options={"yield_per": 50_000}).partitions():
                numbers, names = zip(*some, strict=True)
                self._codes[list(numbers)] = [self._names.setdefault(n, len(self._names) + 1) for n in names]

    def among(self, figure: Figure) -> Counter[str]:
        """Return how many of a figure's events are of each type."""
        found = np.fromiter(figure.events, dtype=np.int64, count=len(figure.events))
        counts = np.bincount(self._codes[found], minlength=len(self._names) + 1)
        return Counter({name: int(counts[code]) for name, code in self._names.items() if counts[code]})


def wait_for_return(client: httpx.Client, year: int, at_most: float = 600) -> float:
    """Return how many seconds it took until the console had the return of a year. Raises AssertionError."""
    began = time.monotonic()
    while (answer := client.get(f"/return/{year}/return.json")).status_code == 503:
        assert time.monotonic() - began < at_most, f"no return after {at_most} s"
        time.sleep(0.5)
    assert answer.status_code == 200, answer.text
    return time.monotonic() - began


def return_of(client: httpx.Client, place: Workplace, year: int) -> YearlyReturn:
    """Make the return here that the console has: of the same events."""
    return place.yearly_return(year, up_to=client.get(f"/return/{year}/return.json").json()["up_to_event"])


def open_figures(client: httpx.Client, place: Workplace, compiled: YearlyReturn) -> Iterator[Opened]:
    """Open every figure of a return that the console has. Raises AssertionError for one that is not as it says.

    `client` is signed in, and `compiled` the same return made here: what the console shows is held against it.
    """
    shown_all = client.get(f"/return/{compiled.year}/return.json").json()
    figures = {one["id"]: one for one in (*shown_all["figures"], *shown_all["technologies"])}
    figures |= {one["id"]: one for part in shown_all["parts"] for one in part["figures"]}
    assert shown_all["up_to_event"] == compiled.up_to
    assert list(figures) == [one.id for one in compiled.every_figure]
    types = Types(place, compiled.up_to)
    for figure in compiled.every_figure:
        shown = figures[figure.id]
        assert (shown["value"], shown["at_most"], shown["event_count"]) == (
            figure.value, figure.at_most, len(figure.events),
        ), figure.id  # fmt: skip
        held = _hold(figure, types, place)
        pages = max(1, -(-len(figure.events) // EVENTS))
        seconds = [_page(client, compiled.year, figure, number) for number in sorted({1, (pages + 1) // 2, pages})]
        yield Opened(figure.id, len(figure.events), tuple(seconds), held)


def _page(client: httpx.Client, year: int, figure: Figure, number: int) -> float:
    began = time.perf_counter()
    answer = client.get(f"/return/{year}/figures/{figure.id}", params={"page": number})
    took = time.perf_counter() - began
    assert answer.status_code == 200, (figure.id, number, answer.status_code)
    said = _CAPTION.search(answer.text)
    assert said, (figure.id, "no caption")
    assert _whole(said[1]) == len(figure.events), figure.id
    here = [int(one) for one in _ROW.findall(answer.text)]
    assert here == list(figure.events[(number - 1) * EVENTS : number * EVENTS]), (figure.id, number)
    assert len(here) == _whole(said[2] or said[1]), (figure.id, number)
    heading = _HEADING.search(answer.text)
    assert heading, figure.id
    if isinstance(figure.value, int | float):
        numbers = [float(one.replace(",", "")) for one in _NUMBER.findall(heading[1])]
        ends = [figure.value] if figure.at_most is None else [figure.value, figure.at_most]
        assert numbers[: len(ends)] == ends, (figure.id, heading[1])
    return took


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


def _hold(figure: Figure, types: Types, place: Workplace) -> bool:
    """Count a figure again from its events, where that is simple; return whether it was."""
    if figure.status is not Status.VALUE or isinstance(figure.value, str):
        return False
    among = types.among(figure)
    if figure.section == 1:
        assert _tallied(figure, place) == _ends(figure), figure.id
        return True
    count = _counting(figure)
    if count is None:
        # It counts accounts, each once, or is a rate or an average: no more than its events, and none without.
        assert len(figure.events) >= (figure.value > 0 if isinstance(figure.value, float) else _ends(figure)[1] > 0)
        return False
    assert count(among) == (_ends(figure)[1] if isinstance(figure.value, int) else figure.value), (figure.id, among)
    return True


def _ends(figure: Figure) -> tuple[int, int]:
    assert isinstance(figure.value, int)
    return figure.value, figure.value if figure.at_most is None else figure.at_most


def _counting(figure: Figure) -> Callable[[Counter[str]], int] | None:
    """Return how the most that a figure can be is counted from the types of its events."""
    key = figure.key
    if figure.case_class == "solicitation":
        return None
    if figure.section == 6 and key[0] in "ABC":
        type_ = _FLAGGED if key[0] == "A" else _DECIDED
        return lambda among: among[type_]
    if figure.section == 4 and (key == "reports" or key in _FILES):
        type_ = _FILED if key == "reports" else _FLAGGED
        return lambda among: among[type_]
    if figure.section == 5 and (
        key.endswith("_complaints") or (key.startswith("items_") and key.endswith(("_actioned", "_restored")))
    ):
        return lambda among: among.total()
    return None


def _tallied(figure: Figure, place: Workplace) -> tuple[int, int]:
    """Return what the tallies of a figure of section 1 sum up, at least and at most."""
    kinds: Collection[str] = next(kinds for name, kinds in KINDS.items() if figure.key.startswith(name))
    region = "non_eu" if figure.key.endswith("_non_eu") else "eu"
    # What is not in scope is no messaging service.
    scope = {figure.service} if figure.service else {s.id for s in place.services() if s.in_scope_of_return}
    sums: Counter[str] = Counter()
    with place.transactions.reading() as log:
        for event in log.by_sequence(figure.events):
            assert isinstance(event.payload, ItemsTallied)
            for row in event.payload.rows:
                if row.service in scope and row.kind in kinds and row.technologies:
                    sums[row.region] += row.items
    return sums[region], sums[region] + sums["unknown"]


def told(opened: list[Opened]) -> dict[str, Any]:
    """Return a summary of what was opened, times in milliseconds."""
    times = sorted(second for one in opened for second in one.seconds)
    slowest = max(opened, key=lambda one: max(one.seconds))
    return {
        "figures": len(opened),
        "held_against_events": sum(one.held for one in opened),
        "most_events": max(one.events for one in opened),
        "pages": len(times),
        "median_ms": round(1000 * times[len(times) // 2], 1),
        "p95_ms": round(1000 * times[-(-95 * len(times) // 100) - 1], 1),
        "slowest_ms": round(1000 * times[-1], 1),
        "slowest": slowest.figure,
    }
