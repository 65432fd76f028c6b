"""Counts that were told in full and look rounded."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tutela.statistics.union.amount import Precision, last_place
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import number, told
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity

_LARGE, _PLACES = Decimal(10_000), Decimal(1_000)
"""One count in a thousand of those over ten thousand ends with three zeros by chance."""


def _find(data: Dataset) -> Iterator[Finding]:
    for one in data.observations:
        amount = one.amount
        if amount is None or amount.precision is not Precision.EXACT or not one.unit.counts or amount.low < _LARGE:
            continue
        place = last_place(amount.low)
        if place >= _PLACES:
            yield Finding(
                "round_numbers",
                Severity.NOTE,
                (one.id,),
                f"{told(one)} is a multiple of {number(place)}",
                "A count is told as if it were exact, and looks rounded.",
                "What is the number in full?",
            )


check = Check("round_numbers", "Is what looks rounded told as rounded?", _find)
