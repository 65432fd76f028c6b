"""Totals whose period does not cover that of their parts."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity


def _find(data: Dataset) -> Iterator[Finding]:
    for relation in data.sums:
        total = data.by_id[relation.total]
        for name in relation.parts:
            part = data.by_id[name]
            if total.period is None or part.period is None or part.amount is None or total.period.covers(part.period):
                continue
            yield Finding(
                "period_cover",
                Severity.CONTRADICTION,
                (total.id, part.id),
                f"the total is of {total.period.first} to {total.period.last}, "
                f"a part of {part.period.first} to {part.period.last}",
                "A part of a total is of days that the total does not cover.",
                "Is the period of the total wrong, or does the part belong into another?",
                f"{total.id}~{part.id}",
            )


check = Check("period_cover", "Does the period of a total cover its parts?", _find)
