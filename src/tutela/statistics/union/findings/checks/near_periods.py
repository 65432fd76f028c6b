"""Periods of one reporter that are meant to be the same and begin or end on other days."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.observation import Observation, Reporter
from tutela.statistics.union.period import Period

_APART = 7
"""Days; a month that is told without its days begins and ends where it does."""


def _find(data: Dataset) -> Iterator[Finding]:
    told: dict[Reporter, dict[Period, list[Observation]]] = {}
    for each in data.observations:
        if each.period is not None and each.amount is not None:
            told.setdefault(each.reporter, {}).setdefault(each.period, []).append(each)
    for who, periods in told.items():
        for one, other in combinations(periods, 2):
            first, last = abs((one.first - other.first).days), abs((one.last - other.last).days)
            if first + last > 0 and max(first, last) <= _APART and one.meets(other):
                yield Finding(
                    "near_periods",
                    Severity.NOTE,
                    (periods[one][0].id, *(o.id for p in (one, other) for o in periods[p] if o is not periods[one][0])),
                    Formula("%(one)s ≠ %(other)s; Δ = %(first)s, %(last)s").of(
                        one=one, other=other, first=str(first), last=str(last)
                    ),
                    Sentence(
                        "%(who)s tells figures of two periods that are all but the same: %(one)s and %(other)s."
                    ).of(who=who, one=one, other=other),
                    Sentence("On which day does the period begin, and on which does it end?"),
                    f"{periods[one][0].id}~{periods[other][0].id}",
                )


check = Check("near_periods", "Does one reporter tell one period in one way?", _find)
