"""A made-up provider: some cases drawn in detail, which are then copied over the year, and what its return must say."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tutela.events.catalogue.base import Region
from tutela.events.envelope import NewEvent
from tutela.statistics.provider_simulation.drawing import Account, Case, Drawing
from tutela.statistics.provider_simulation.happening import LONGEST, Happening
from tutela.statistics.provider_simulation.truth import Truth

DRAWN = 500
"""About how many cases are drawn in detail; the rest are copies with other accounts, at other times."""
BEGINS = timedelta(days=5)
"""After the first of January begins what is drawn; it ends within `LONGEST` of its last case."""
_LASTS = timedelta(days=12)
_DECIDED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Events that are copied so many times over a span, and events that are not; and the true return of all of them."""

    original: Sequence[NewEvent]
    copies: int
    spread: timedelta
    rest: Sequence[NewEvent]
    truth: Truth


def make_up(cases: int, year: int, seed: int, regime: str, entry: int) -> MadeUp:
    """Make a provider with so many cases in a year, from a seed. Raises ValueError for none.

    `regime` is that under which all was processed, `entry` the number of an entry that everything matches.
    """
    if cases < 1:
        raise ValueError("a provider has at least one case")
    rng = random.Random(seed)
    times = max(1, cases // DRAWN)
    begins = datetime(year, 1, 1, tzinfo=UTC) + BEGINS
    # What is copied ends in the year too: the last copy lies `spread` after the original.
    spread = datetime.combine(date(year, 12, 31), datetime.min.time(), UTC) - begins - _LASTS - LONGEST
    truth, happening = Truth(), Happening(rng, regime, entry)
    original = _period(rng, happening, truth, cases // times, begins, times)
    rest = _period(rng, happening, truth, cases % times, begins + spread, 1) if cases % times else []
    return MadeUp(original, times - 1, spread, rest, truth)


def _period(
    rng: random.Random, happening: Happening, truth: Truth, cases: int, begins: datetime, times: int
) -> list[NewEvent]:
    drawing = Drawing(rng, cases // 2)
    drawn = [drawing.case() for _ in range(cases)]
    tallied = drawing.tallied()
    truth.add(drawn, tallied, times)
    moments = _moments(rng, drawn)
    events = [event for case, at in zip(drawn, moments, strict=True) for event in happening.case(case, begins + at)]
    events.append(happening.batch(tallied, _matched(drawn), begins + _LASTS))
    return sorted(events, key=lambda event: (event.occurred_at, event.id))


def _moments(rng: random.Random, cases: Sequence[Case]) -> list[timedelta]:
    """Draw when each case begins: of one sender one after another, each decided before the next begins."""
    of_each = Counter(case.sender for case in cases if case.sender)
    before: Counter[Account] = Counter()
    moments = []
    for case in cases:
        if case.sender is None:
            moments.append(_LASTS * rng.random())
            continue
        slot = _LASTS / of_each[case.sender]
        moments.append(slot * before[case.sender] + (slot - _DECIDED) * rng.random())
        before[case.sender] += 1
    return moments


def _matched(cases: Sequence[Case]) -> list[tuple[str, str, Region]]:
    return [(case.service, item.kind, item.region) for case in cases for item in case.items]
