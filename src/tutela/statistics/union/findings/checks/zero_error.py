"""An error rate of zero where nobody looked for errors."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names, told
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.measure import BASES, Measure
from tutela.statistics.union.observation import Observation

_RATES = (Measure.REINSTATED_PER_APPEAL, Measure.REINSTATED_PER_SUSPENDED, Measure.ERROR_RATE)
_LOOKED = frozenset({Measure.COMPLAINTS})


def _find(data: Dataset) -> Iterator[Finding]:
    for one in (o for measure in _RATES for o in data.of(measure)):
        if one.amount is None or one.amount.stated != 0 or one.period is None:
            continue
        ratio = data.ratio_of.get(one.id) if one.measure is not Measure.ERROR_RATE else None
        wholes = [data.by_id[ratio.whole]] if ratio else []
        looked = wholes or (_reviewed(data, one) if one.measure is Measure.ERROR_RATE else _complaints(data, one))
        if looked and all(o.amount is not None and o.amount.high == 0 for o in looked):
            yield Finding(
                "zero_error",
                Severity.CONTRADICTION,
                names([one, *looked]),
                f"{told(one)} of {' and '.join(told(o) for o in looked)}: 0 in 0 is no rate",
                "An error rate of zero is told where nobody complained, so that nothing was looked at again."
                if one.measure is not Measure.ERROR_RATE
                else "An error rate of zero is told where nobody reviewed anything.",
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


def _reviewed(data: Dataset, one: Observation) -> list[Observation]:
    found = data.of(Measure.REVIEWED, one.reporter, breakdown=one.breakdown)
    return [o for o in found if o.period == one.period]


check = Check("zero_error", "Is a rate of zero the result of a look?", _find)
