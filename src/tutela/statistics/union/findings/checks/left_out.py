"""Totals that leave out what is told elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.observation import Observation


def _find(data: Dataset) -> Iterator[Finding]:
    for relation in data.sums:
        total = data.by_id[relation.total]
        for name in relation.parts:
            silent = data.by_id[name]
            if total.amount is None or silent.bounds is not None:
                continue
            for other in data.observations:
                if other.id != name and other.period is not None and _is_part(other, silent):
                    yield Finding(
                        "left_out",
                        Severity.DOUBT,
                        names([total, silent, other]),
                        Formula("%(silent)s; %(other)s, %(period)s; %(total)s").of(
                            total=total, silent=silent, other=other, period=other.period
                        ),
                        Sentence(
                            "A total is without %(other)s of %(who)s, told for %(period)s elsewhere, as their cell "
                            "has no value."
                        ).of(other=other, who=other.reporter, period=other.period),
                        Sentence("Should the total hold it?"),
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
