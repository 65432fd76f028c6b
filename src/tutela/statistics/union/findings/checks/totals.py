"""Totals against their parts."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import number, shown, together
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity


def _find(data: Dataset) -> Iterator[Finding]:
    for relation in data.sums:
        total = data.by_id[relation.total]
        parts = [data.by_id[name] for name in relation.parts]
        if total.amount is None:
            continue
        # What nobody told is in no total that was ever printed: a total is held against the parts that are known.
        whole = together(o.amount for o in parts if o.amount is not None)
        if not whole.meets(total.amount):
            known = [shown(o.amount) for o in parts if o.amount is not None]
            sum_of = " + ".join(known) if len(known) <= 8 else f"the sum of {len(known)} parts"
            yield Finding(
                "totals",
                Severity.CONTRADICTION,
                (total.id, *(o.id for o in parts)),
                f"{sum_of} = {shown(whole)}, told is {shown(total.amount)}; "
                f"the difference is {number(abs(whole.low - total.amount.low))}",
                "A total is not the sum of its parts.",
                "Which part or which total is wrong?",
            )


check = Check("totals", "Is every total the sum of its parts?", _find)
