"""An error rate of zero where nobody looked for errors."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names, told
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.measure import BASES, Measure
from tutela.statistics.union.observation import Observation

_RATES = (Measure.REINSTATED_PER_APPEAL, Measure.REINSTATED_PER_SUSPENDED)
_LOOKED = frozenset({Measure.COMPLAINTS})


def _find(data: Dataset) -> Iterator[Finding]:
    for one in (o for measure in _RATES for o in data.of(measure)):
        if one.amount is None or one.amount.stated != 0 or one.period is None:
            continue
        ratio = data.ratio_of.get(one.id)
        wholes = [data.by_id[ratio.whole]] if ratio else []
        looked = wholes or _complaints(data, one)
        if looked and all(o.amount is not None and o.amount.high == 0 for o in looked):
            yield Finding(
                "zero_error",
                Severity.CONTRADICTION,
                names([one, *looked]),
                f"{told(one)} of {' and '.join(told(o) for o in looked)}: 0 in 0 is no rate",
                "An error rate of zero is told where nobody complained, so that nothing was looked at again.",
                "How many decisions were looked at again at all, and how many of those were wrong?",
            )


def _complaints(data: Dataset, one: Observation) -> list[Observation]:
    return [
        o
        for o in data.observations
        if BASES.get(o.measure, o.measure) in _LOOKED
        and o.reporter == one.reporter
        and o.period is not None
        and one.period is not None
        and o.period == one.period
    ]


check = Check("zero_error", "Is a rate of zero the result of a look?", _find)
