"""Values of periods that overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Observation, Reporter
from tutela.statistics.union.period import Period

_Key = tuple[Reporter, Measure, Unit, tuple[tuple[Dimension, str], ...]]
_Pair = tuple[Observation, Observation]


def _find(data: Dataset) -> Iterator[Finding]:
    series: dict[_Key, list[Observation]] = defaultdict(list)
    for one in data.observations:
        if one.amount is not None and one.period is not None and not one.prose and one.unit.counts:
            series[one.reporter, one.measure, one.unit, one.breakdown].append(one)
    pairs: dict[tuple[object, ...], list[_Pair]] = defaultdict(list)
    for (reporter, measure, unit, _), rows in series.items():
        for one, other in combinations(rows, 2):
            if one.period and other.period and one.period != other.period and one.period.meets(other.period):
                pairs[reporter, measure, unit, frozenset((one.period, other.period))].append((one, other))
    for alike in pairs.values():
        for one, other in alike:
            # What is said of a whole is not said again of each of its parts.
            if not any(set(whole.breakdown) < set(one.breakdown) for whole, _ in alike):
                yield _finding(one, other)


def _finding(one: Observation, other: Observation) -> Finding:
    assert one.period is not None  # noqa: S101 - chosen so above
    assert other.period is not None  # noqa: S101 - chosen so above
    both = Period.of_days(max(one.period.first, other.period.first), min(one.period.last, other.period.last))
    return Finding(
        "overlapping",
        Severity.DOUBT,
        names([one, other]),
        Formula("%(one)s, %(p1)s; %(other)s, %(p2)s; %(p1)s ∩ %(p2)s = %(both)s").of(
            one=one, p1=one.period, other=other, p2=other.period, both=both
        ),
        Sentence("Two values of %(who)s are of periods that share %(both)s: added, they count days twice.").of(
            who=one.reporter, both=both
        ),
        Sentence("What is the number of each period alone?"),
        f"{one.id}~{other.id}",
    )


check = Check("overlapping", "Are the periods of a series apart?", _find)
