"""Parts of a total that changed between two years quite otherwise than the total."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Country, Number
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Observation, Reporter
from tutela.statistics.union.period import Period

_TIMES = 2
"""A part that grew more than so many times as much as the whole, or less than the reverse of it."""
_LEAST = Decimal(100)
"""Fewer than so many jump by chance."""

Key = tuple[Reporter, Measure, Unit, str | None]


def _find(data: Dataset) -> Iterator[Finding]:
    years: dict[int, dict[Key, Observation]] = {}
    totals: dict[int, dict[Key, Observation]] = {}
    for relation in data.sums:
        total = data.by_id[relation.total]
        parts = [data.by_id[name] for name in relation.parts]
        if total.period is None or not _full_year(total) or not all(_same_days(o, total.period) for o in parts):
            continue
        year = total.period.first.year
        for part in parts:
            years.setdefault(year, {})[_key(part)] = part
            totals.setdefault(year, {})[_key(part)] = total
    for year, following in pairwise(sorted(years)):
        if following == year + 1:
            for key in (k for k in years[year] if k in years[following]):
                yield from _judge(
                    (years[year][key], years[following][key]), (totals[year][key], totals[following][key])
                )


def _judge(part: tuple[Observation, Observation], whole: tuple[Observation, Observation]) -> Iterator[Finding]:
    times, times_all = _times(*part), _times(*whole)
    if times is None or times_all is None or part[0].period is None or part[1].period is None:
        return
    if times_all / _TIMES <= times <= times_all * _TIMES:
        return
    code = part[0].by(Dimension.STATE)
    yield Finding(
        "growth",
        Severity.NOTE,
        names([*part, *whole]),
        Formula("%(p2)s / %(p1)s = %(times)s; %(w2)s / %(w1)s = %(all)s").of(
            p1=part[0], p2=part[1], times=Number(times, 2), w1=whole[0], w2=whole[1], all=Number(times_all, 2)
        ),
        Sentence(
            "%(of)s: %(what)s in %(after)s are %(times)s times those of %(before)s, of all together %(all)s times."
        ).of(
            of=Country(code) if code else part[0].reporter,
            what=part[0].measure,
            after=part[1].period,
            before=part[0].period,
            times=Number(times, 2),
            all=Number(times_all, 2),
        ),
        Sentence("What changed there between the years that did not change elsewhere?"),
        f"{part[0].id}~{part[1].id}",
    )


def _times(before: Observation, after: Observation) -> Decimal | None:
    """Return how many times as many; None where a number is not exact, small or not told."""
    if before.amount is None or after.amount is None or before.amount.low < _LEAST:
        return None
    exact = before.amount.low == before.amount.high and after.amount.low == after.amount.high
    return after.amount.low / before.amount.low if exact else None


def _key(one: Observation) -> Key:
    return one.reporter, one.measure, one.unit, one.by(Dimension.STATE)


def _full_year(one: Observation) -> bool:
    return one.period is not None and one.period == Period.of_year(one.period.first.year)


def _same_days(one: Observation, period: Period) -> bool:
    return one.amount is not None and one.period == period


check = Check("growth", "Do parts change between years as their total does?", _find)
