"""A precision and a false positive rate that are told to follow from each other."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import PERCENT, names, number, shown, told
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.measure import Measure


def _find(data: Dataset) -> Iterator[Finding]:
    for one in data.of(Measure.PRECISION):
        for other in data.of(Measure.FALSE_POSITIVE_RATE, one.reporter):
            if one.amount is None or other.amount is None or one.period != other.period:
                continue
            wrong = PERCENT - (one.amount.stated or one.amount.low)
            if not other.amount.holds(wrong):
                yield Finding(
                    "precision",
                    Severity.DOUBT,
                    names([one, other]),
                    f"of what is flagged, 100 - {number(PERCENT - wrong)} = {number(wrong)} % is wrong; told is "
                    f"{shown(other.amount)} % ({told(one)})",
                    "A false positive rate is of all that is harmless, a precision of all that is flagged: one follows "
                    "from the other only with the share of what is searched for, which is not told.",
                    "Of how many harmless items was the false positive rate measured, and with which share of others?",
                    f"{one.id}~{other.id}",
                )


check = Check("precision", "Does a false positive rate fit the precision beside it?", _find)
