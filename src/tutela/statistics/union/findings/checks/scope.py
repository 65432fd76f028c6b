"""Figures of one year that are of one service, and those of the next that are of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.observation import Dimension, Observation, Reporter


def _find(data: Dataset) -> Iterator[Finding]:
    series: dict[tuple[Reporter, Measure], dict[int, list[Observation]]] = defaultdict(lambda: defaultdict(list))
    for one in data.observations:
        if one.amount is not None and one.period is not None and one.period.within(one.period.first.year):
            series[one.reporter, one.measure][one.period.first.year].append(one)
    for years in series.values():
        for year, following in pairwise(sorted(years)):
            services = [{o.by(Dimension.SERVICE) for o in years[y]} for y in (year, following)]
            if services[0].isdisjoint(services[1]):
                yield _finding(years[year][0], years[following][0], year, following)


def _finding(one: Observation, other: Observation, year: int, following: int) -> Finding:
    of = [o.by(Dimension.SERVICE) or "*" for o in (one, other)]
    return Finding(
        "scope",
        Severity.DOUBT,
        names([one, other]),
        Formula("%(before)s: %(one)s, %(s1)s; %(after)s: %(other)s, %(s2)s").of(
            before=str(year), one=one, s1=of[0], after=str(following), other=other, s2=of[1]
        ),
        Sentence(
            "%(who)s tells a figure of one service for %(year)s and of another, or of all, for %(other)s: %(what)s."
        ).of(
            who=one.reporter,
            year=str(year),
            other=str(following),
            what=one.measure,
        ),
        Sentence("What is the figure of each year for the same services?"),
        f"{one.id}~{other.id}",
    )


check = Check("scope", "Are the figures of two years of the same services?", _find)
