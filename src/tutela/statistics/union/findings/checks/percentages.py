"""Percentages against the counts that they are made of."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.amount import between
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import rate
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Number


def _find(data: Dataset) -> Iterator[Finding]:
    for ratio in data.ratios:
        one, part, whole = (data.by_id[name] for name in (ratio.rate, ratio.part, ratio.whole))
        if one.amount is None or part.amount is None or whole.amount is None:
            continue
        bounds = rate(part.amount, whole.amount)
        if bounds is None or between(*bounds).meets(one.amount):
            continue
        low, high = (Number(bound, 4, percent=True) for bound in bounds)
        yield Finding(
            "percentages",
            Severity.CONTRADICTION,
            (one.id, part.id, whole.id),
            Formula("%(part)s / %(whole)s ∈ [%(low)s; %(high)s] ∌ %(one)s %%").of(
                part=part.amount, whole=whole.amount, low=low, high=high, one=one.amount
            ),
            Sentence("A percentage of %(who)s is not that of the two counts beside it.").of(who=one.reporter),
            Sentence("Is the percentage wrong, or one of the counts?"),
        )


check = Check("percentages", "Is every percentage that of its counts?", _find)
