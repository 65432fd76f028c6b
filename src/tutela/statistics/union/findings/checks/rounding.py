"""Rates that are told more exactly than the rounded numbers behind them allow."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import rate
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Number


def _find(data: Dataset) -> Iterator[Finding]:
    for ratio in data.ratios:
        one, part, whole = (data.by_id[name] for name in (ratio.rate, ratio.part, ratio.whole))
        if one.amount is None or one.amount.step is None or part.amount is None or whole.amount is None:
            continue
        bounds = rate(part.amount, whole.amount)
        if bounds is None:
            continue
        low, high = (_to(bound, one.amount.step) for bound in bounds)
        if low != high:
            places = max(0, -int(one.amount.step.adjusted()))
            ends = {
                name: Number(value, places, percent=True)
                for name, value in (("low", low), ("high", high), ("stated", one.amount.stated or low))
            }
            yield Finding(
                "rounding",
                Severity.DOUBT,
                (one.id, part.id, whole.id),
                Formula("%(part)s / %(whole)s ∈ [%(low)s; %(high)s] ∋ %(stated)s").of(
                    part=part.amount, whole=whole.amount, **ends
                ),
                Sentence(
                    "A rate of %(who)s, told as %(stated)s, has more places than the rounded numbers that it is made "
                    "of: they allow anything from %(low)s to %(high)s."
                ).of(who=one.reporter, **ends),
                Sentence("What are the two numbers in full?"),
            )


def _to(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_HALF_UP) * step


check = Check("rounding", "Do the rounded numbers behind a rate allow one answer only?", _find)
