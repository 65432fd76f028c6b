"""Totals against their parts."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import joined, together
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Number


def _find(data: Dataset) -> Iterator[Finding]:
    for relation in data.sums:
        total = data.by_id[relation.total]
        parts = [data.by_id[name] for name in relation.parts]
        if total.amount is None:
            continue
        # What nobody told is in no total that was ever printed: a total is held against the parts that are known.
        # What is suppressed is in it, whatever it is.
        known = [o for o in parts if o.bounds is not None]
        whole = together(o.bounds for o in known)
        if not whole.meets(total.amount):
            sum_ = joined(known, "+") if 0 < len(known) <= 8 else Formula("Σ %(n)s").of(n=str(len(known)))
            difference = Number(abs(whole.low - total.amount.low))
            yield Finding(
                "totals",
                Severity.CONTRADICTION,
                (total.id, *(o.id for o in parts)),
                sum_.then(" = %(whole)s ≠ %(total)s; Δ = %(difference)s", whole=whole, total=total.amount,
                          difference=difference),
                Sentence("A total of %(who)s is not the sum of its parts: they differ by %(difference)s.").of(
                    who=total.reporter, difference=difference
                ),
                Sentence("Which part or which total is wrong?"),
            )  # fmt: skip


check = Check("totals", "Is every total the sum of its parts?", _find)
