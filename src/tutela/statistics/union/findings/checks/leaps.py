"""Counts of one reporter that leap from one year to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Number
from tutela.statistics.union.measure import BASES
from tutela.statistics.union.observation import Observation

_TIMES = Decimal(10)
_LEAST = Decimal(20)
"""Where both years have fewer, a leap is chance."""


def _find(data: Dataset) -> Iterator[Finding]:
    series: dict[object, dict[int, Observation]] = defaultdict(dict)
    for one in data.observations:
        if one.unit.counts and not one.prose and one.period is not None and one.period.within(one.period.first.year):
            measure = BASES.get(one.measure, one.measure)
            series[one.reporter, measure, one.unit, one.breakdown].setdefault(one.period.first.year, one)
    for years in series.values():
        for year, following in pairwise(sorted(years)):
            if following == year + 1:
                yield from _judge(years[year], years[following])


def _judge(before: Observation, after: Observation) -> Iterator[Finding]:
    if before.amount is None or after.amount is None or not before.period or not after.period:
        return
    less, more = sorted((before.amount, after.amount), key=lambda amount: amount.low)
    if less.high is None or not less.low or more.low < _LEAST or more.low <= _TIMES * less.high:
        return
    grew = more is after.amount
    times = Number(more.low / less.high, 1)
    yield Finding(
        "leaps",
        Severity.NOTE,
        names([before, after]),
        Formula("%(more)s / %(less)s ≥ %(times)s").of(
            more=after if grew else before, less=before if grew else after, times=times
        ),
        (_MORE if grew else _LESS).of(
            who=before.reporter, what=before.measure, before=before.period, after=after.period, times=times
        ),
        Sentence("What changed between the two: the service, what is counted, or the world?"),
        f"{before.id}~{after.id}",
    )


_MORE = Sentence("%(who)s: %(what)s in the period %(after)s are %(times)s times those of %(before)s.")
_LESS = Sentence("%(who)s: %(what)s in the period %(before)s were %(times)s times those of %(after)s.")


check = Check("leaps", "Does a count stay within ten times of that of the year before?", _find)
