"""Units that change between years, and one number in two units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import joined, names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.measure import BASES, Measure
from tutela.statistics.union.observation import Observation, Reporter


def _find(data: Dataset) -> Iterator[Finding]:
    series: dict[tuple[Reporter, Measure], list[Observation]] = defaultdict(list)
    for one in data.observations:
        if one.amount is not None and one.period is not None:
            series[one.reporter, BASES.get(one.measure, one.measure)].append(one)
    for rows in series.values():
        yield from _between_years([o for o in rows if not o.prose and o.measure not in BASES])
        yield from _one_number(rows)


def _between_years(rows: list[Observation]) -> Iterator[Finding]:
    by_year: dict[int, list[Observation]] = defaultdict(list)
    for one in rows:
        if one.period is not None and one.period.within(one.period.first.year):
            by_year[one.period.first.year].append(one)
    years = sorted(by_year)
    for year, following in pairwise(years):
        units = [{o.unit for o in by_year[y]} for y in (year, following)]
        if units[0].isdisjoint(units[1]):
            both = [by_year[year][0], by_year[following][0]]
            yield Finding(
                "units",
                Severity.DOUBT,
                names(both),
                Formula("%(before)s: %(one)s; %(after)s: %(other)s").of(
                    before=str(year), one=both[0], after=str(following), other=both[1]
                ),
                Sentence(
                    "%(who)s counts %(unit)s in %(before)s and %(other)s in %(after)s: the two cannot be compared."
                ).of(
                    who=both[0].reporter,
                    unit=both[0].unit,
                    before=str(year),
                    other=both[1].unit,
                    after=str(following),
                ),
                Sentence("What is the number of each year in the unit of the other?"),
                f"{both[0].id}~{both[1].id}",
            )


def _one_number(rows: list[Observation]) -> Iterator[Finding]:
    facts: dict[object, list[Observation]] = defaultdict(list)
    for one in rows:
        if one.amount is not None and one.amount.stated:
            facts[one.period, one.amount.stated].append(one)
    for same in facts.values():
        if len({o.unit for o in same}) > 1:
            yield Finding(
                "units",
                Severity.DOUBT,
                names(same),
                joined(same, "="),
                Sentence(
                    "%(who)s tells one number in several units (%(units)s), as if a person, an account and a file were "
                    "the same."
                ).of(who=same[0].reporter, units=tuple(dict.fromkeys(o.unit for o in same))),
                Sentence("What does the number count?"),
                f"{same[0].id}~{same[-1].id}",
            )


check = Check("units", "Is one thing counted in one unit?", _find)
