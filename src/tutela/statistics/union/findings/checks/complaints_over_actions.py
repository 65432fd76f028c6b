"""More complaints than there was to complain of, and more restored than complained of."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names, told
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.observation import Observation

_PAIRS = (
    (Measure.COMPLAINTS, Measure.CASES_IDENTIFIED, "more complaints than cases"),
    (Measure.APPEALS, Measure.SUSPENDED, "more appeals than suspensions"),
    (Measure.REINSTATED, Measure.COMPLAINTS, "more restored than complained of"),
    (Measure.REINSTATED_ON_APPEAL, Measure.APPEALS, "more restored than appealed"),
)


def _find(data: Dataset) -> Iterator[Finding]:
    for measure, of, what in _PAIRS:
        for one in data.of(measure):
            for other in data.of(of, one.reporter):
                if _is_more(one, other):
                    yield Finding(
                        "complaints_over_actions",
                        Severity.DOUBT,
                        names([one, other]),
                        f"{told(one)}, {told(other)}, both of {one.period.first.year if one.period else ''}",
                        f"{one.reporter} tells {what}.",
                        "Did users complain of something that is not counted, or several times of one?",
                        f"{one.id}~{other.id}",
                    )


def _is_more(one: Observation, other: Observation) -> bool:
    """Whether a value is larger than one of the same year. Units may differ: nobody complains of what was not done."""
    if one.amount is None or other.amount is None or one.period is None or other.period is None:
        return False
    year = one.period.first.year
    same = one.period.within(year) and other.period.within(year) and one.breakdown == other.breakdown
    return same and other.amount.high is not None and one.amount.low > other.amount.high


check = Check(
    "complaints_over_actions", "Are complaints no more than actions, and restored no more than complained of?", _find
)
