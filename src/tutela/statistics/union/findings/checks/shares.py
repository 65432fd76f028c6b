"""Shares of one whole that should be all of it."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import PERCENT, together
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Number


def _find(data: Dataset) -> Iterator[Finding]:
    for partition in data.partitions:
        shares = [data.by_id[name] for name in partition.shares]
        whole = together(o.amount for o in shares)
        if not whole.holds(PERCENT):
            stated = sum((o.amount.stated for o in shares if o.amount and o.amount.stated), PERCENT - PERCENT)
            yield Finding(
                "shares",
                Severity.CONTRADICTION,
                tuple(partition.shares),
                Formula("Σ %(n)s = %(stated)s ∈ %(whole)s %%; ∌ 100 %%").of(
                    n=str(len(shares)), stated=Number(stated, 2, percent=True), whole=whole
                ),
                Sentence("%(n)s shares of one whole do not add up to all of it, but to %(stated)s.").of(
                    n=str(len(shares)), stated=Number(stated, 2, percent=True)
                ),
                Sentence("Which share is wrong, or which part of the whole is missing?"),
            )


check = Check("shares", "Do the shares of a whole add up to 100 %?", _find)
