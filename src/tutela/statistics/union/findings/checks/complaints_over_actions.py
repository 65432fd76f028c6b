"""More complaints than there was to complain of, and more restored than complained of."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.observation import Observation

_COMPLAINED = Sentence("Did users complain of something that is not counted, or several times of one?")
_UNASKED = Sentence("What was restored or reversed that nobody had complained of, and who saw that it was wrong?")
_PAIRS = (
    (
        Measure.COMPLAINTS,
        Measure.CASES_IDENTIFIED,
        Sentence("%(who)s tells more complaints than cases in %(year)s."),
        _COMPLAINED,
    ),
    (
        Measure.APPEALS,
        Measure.SUSPENDED,
        Sentence("%(who)s tells more appeals than suspensions in %(year)s."),
        _COMPLAINED,
    ),
    (
        Measure.REINSTATED,
        Measure.COMPLAINTS,
        Sentence("%(who)s tells more that was restored than complaints in %(year)s."),
        _UNASKED,
    ),
    (
        Measure.REINSTATED_ON_APPEAL,
        Measure.APPEALS,
        Sentence("%(who)s tells more that was restored on appeal than appeals in %(year)s."),
        _UNASKED,
    ),
    (
        Measure.REVERSALS,
        Measure.COMPLAINTS,
        Sentence("%(who)s tells more decisions that were reversed than complaints in %(year)s."),
        _UNASKED,
    ),
)


def _find(data: Dataset) -> Iterator[Finding]:
    for measure, of, message, question in _PAIRS:
        for one in data.of(measure):
            for other in data.of(of, one.reporter):
                if one.period is not None and _is_more(one, other):
                    yield Finding(
                        "complaints_over_actions",
                        Severity.DOUBT,
                        names([one, other]),
                        Formula("%(one)s > %(other)s").of(one=one, other=other),
                        message.of(who=one.reporter, year=str(one.period.first.year)),
                        question,
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
