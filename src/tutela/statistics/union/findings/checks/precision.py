"""A precision and a false positive rate that are told to follow from each other."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import PERCENT, names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import in_full
from tutela.statistics.union.measure import Measure


def _find(data: Dataset) -> Iterator[Finding]:
    for one in data.of(Measure.PRECISION):
        for other in data.of(Measure.FALSE_POSITIVE_RATE, one.reporter):
            if one.amount is None or other.amount is None or one.period != other.period:
                continue
            wrong = PERCENT - (one.amount.stated or one.amount.low)
            if not other.amount.holds(wrong):
                share = in_full(wrong, percent=True)
                yield Finding(
                    "precision",
                    Severity.DOUBT,
                    names([one, other]),
                    Formula("100 %% - %(one)s = %(wrong)s ≠ %(other)s").of(one=one, wrong=share, other=other),
                    Sentence(
                        "At the precision that %(who)s tells, %(wrong)s of what is flagged is wrong, and the false "
                        "positive rate told beside it is another. A false positive rate is of all that is harmless, a "
                        "precision of all that is flagged: one follows from the other only with the share of what is "
                        "searched for, which is not told."
                    ).of(who=one.reporter, wrong=share),
                    Sentence(
                        "Of how many harmless items was the false positive rate measured, and with which share of "
                        "others?"
                    ),
                    f"{one.id}~{other.id}",
                )


check = Check("precision", "Does a false positive rate fit the precision beside it?", _find)
