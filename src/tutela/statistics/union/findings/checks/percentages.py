"""Percentages against the counts that they are made of."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.amount import between
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import number, rate, shown
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity


def _find(data: Dataset) -> Iterator[Finding]:
    for ratio in data.ratios:
        one, part, whole = (data.by_id[name] for name in (ratio.rate, ratio.part, ratio.whole))
        if one.amount is None or part.amount is None or whole.amount is None:
            continue
        bounds = rate(part.amount, whole.amount)
        if bounds is None or between(*bounds).meets(one.amount):
            continue
        yield Finding(
            "percentages",
            Severity.CONTRADICTION,
            (one.id, part.id, whole.id),
            f"{shown(part.amount)} in {shown(whole.amount)} is {number(bounds[0], 4)} % to {number(bounds[1], 4)} %, "
            f"told is {shown(one.amount)} %",
            "A percentage is not that of the two counts beside it.",
            "Is the percentage wrong, or one of the counts?",
        )


check = Check("percentages", "Is every percentage that of its counts?", _find)
