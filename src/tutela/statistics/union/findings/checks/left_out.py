"""Totals that leave out what is told elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names, shown, told
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.observation import Observation


def _find(data: Dataset) -> Iterator[Finding]:
    for relation in data.sums:
        total = data.by_id[relation.total]
        for name in relation.parts:
            silent = data.by_id[name]
            if total.amount is None or silent.amount is not None:
                continue
            for other in data.observations:
                if other.id != name and _is_part(other, silent):
                    yield Finding(
                        "left_out",
                        Severity.DOUBT,
                        names([total, silent, other]),
                        f"{silent.id} has no value, {told(other)} of {other.period}; "
                        f"the total of {shown(total.amount)} is without it",
                        "A total leaves out a part that is told elsewhere.",
                        "Should the total hold it?",
                        f"{total.id}~{other.id}",
                    )


def _is_part(other: Observation, silent: Observation) -> bool:
    same = (other.reporter, other.measure, other.unit, other.breakdown) == (
        silent.reporter,
        silent.measure,
        silent.unit,
        silent.breakdown,
    )
    inside = silent.period is not None and other.period is not None and silent.period.covers(other.period)
    return same and inside and other.amount is not None and other.amount.low > 0


check = Check("left_out", "Is everything that is known in the total?", _find)
