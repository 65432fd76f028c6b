"""Counts of a part of a period that are larger than those of all of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.measure import BASES, Unit
from tutela.statistics.union.observation import Observation


def _find(data: Dataset) -> Iterator[Finding]:
    series: dict[object, list[Observation]] = defaultdict(list)
    for one in data.observations:
        if one.amount is not None and one.period is not None and one.unit.counts and one.unit is not _PER_MONTH:
            series[one.reporter, BASES.get(one.measure, one.measure), one.unit, one.breakdown].append(one)
    for rows in series.values():
        for short in rows:
            for long in rows:
                if short.period and long.period and _is_more(short, long):
                    yield Finding(
                        "part_of_period",
                        Severity.CONTRADICTION,
                        names([short, long]),
                        Formula("%(p1)s ⊂ %(p2)s; %(short)s > %(long)s").of(
                            p1=short.period, p2=long.period, short=short, long=long
                        ),
                        Sentence("%(who)s tells more for a part of a period (%(p1)s) than for all of it (%(p2)s).").of(
                            who=short.reporter, p1=short.period, p2=long.period
                        ),
                        Sentence("Which of both is it, or do they count different things?"),
                        f"{short.id}~{long.id}",
                    )


_PER_MONTH = Unit.REPORTS_PER_MONTH


def _is_more(short: Observation, long: Observation) -> bool:
    if short.period is None or long.period is None or short.amount is None or long.amount is None:
        return False
    inside = long.period.covers(short.period) and short.period.days < long.period.days
    return inside and long.amount.high is not None and short.amount.low > long.amount.high


check = Check("part_of_period", "Has a part of a period no more than all of it?", _find)
