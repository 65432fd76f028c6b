"""Figures of one reporter over periods that lie in each other, which cannot all be true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Value
from tutela.statistics.union.measure import Unit
from tutela.statistics.union.observation import Observation
from tutela.statistics.union.sums.constraints import Constraint
from tutela.statistics.union.sums.question import DISTINCT
from tutela.statistics.union.sums.span import Contradictory, span


def _find(data: Dataset) -> Iterator[Finding]:
    series: dict[object, list[Observation]] = defaultdict(list)
    for one in data.observations:
        counted = one.unit.counts and one.unit is not Unit.REPORTS_PER_MONTH and one.unit not in DISTINCT
        if one.amount is not None and one.period is not None and counted:
            series[one.reporter, one.measure, one.unit, one.breakdown].append(one)
    for ones in series.values():
        try:
            _bounds(ones)
        except Contradictory as error:
            # Two that differ for the same days, or a part and its whole, have a check of their own.
            if len(error.by) > 2:
                yield _finding([data.by_id[name] for name in error.by])


def _finding(ones: list[Observation]) -> Finding:
    values: dict[str, Value] = {}
    for at, one in enumerate(ones):
        values |= {f"n{at}": one, f"p{at}": one.period or ""}
    return Finding(
        "series",
        Severity.CONTRADICTION,
        tuple(one.id for one in ones),
        Formula("; ".join(f"%(n{at})s, %(p{at})s" for at in range(len(ones)))).of(**values),
        Sentence("Figures of %(who)s for periods that lie in each other cannot all be true: %(what)s.").of(
            who=ones[0].reporter, what=ones[0].measure
        ),
        Sentence("What are the figures of each period, taken on one day?"),
    )


def _bounds(ones: list[Observation]) -> None:
    found = [
        Constraint(o.period.first, o.period.end_day, o.amount.low, o.amount.high, (o.id,))
        for o in ones
        if o.period is not None and o.amount is not None
    ]
    if len(found) > 2:
        span(found, found[0].start, found[0].end)


check = Check("series", "Can all figures of one reporter be true at once?", _find)
