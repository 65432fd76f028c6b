"""An error rate of zero where nobody looked for errors."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.measure import BASES, Measure
from tutela.statistics.union.observation import Observation

_RATES = (Measure.REINSTATED_PER_APPEAL, Measure.REINSTATED_PER_SUSPENDED, Measure.ERROR_RATE)
_LOOKED = frozenset({Measure.COMPLAINTS})
_SAYS = {
    Measure.REINSTATED_PER_APPEAL: Sentence(
        "%(who)s tells a rate of zero for %(year)s, in which nobody complained: 0 in 0 is no rate."
    ),
    Measure.REINSTATED_PER_SUSPENDED: Sentence(
        "%(who)s tells a rate of zero for %(year)s, in which nobody complained, so that nothing was looked at again."
    ),
    Measure.ERROR_RATE: Sentence(
        "%(who)s tells an error rate of zero for %(year)s, in which nobody reviewed anything: 0 in 0 is no rate."
    ),
}


def _find(data: Dataset) -> Iterator[Finding]:
    for one in (o for measure in _RATES for o in data.of(measure)):
        if one.amount is None or one.amount.stated != 0 or one.period is None:
            continue
        ratio = data.ratio_of.get(one.id) if one.measure is not Measure.ERROR_RATE else None
        wholes = [data.by_id[ratio.whole]] if ratio else []
        looked = wholes or (_reviewed(data, one) if one.measure is Measure.ERROR_RATE else _complaints(data, one))
        if looked and all(o.amount is not None and o.amount.high == 0 for o in looked):
            # None of those that were suspended is a rate of them, though it says nothing of errors.
            doubtful = one.measure is Measure.REINSTATED_PER_SUSPENDED and not wholes
            yield Finding(
                "zero_error",
                Severity.DOUBT if doubtful else Severity.CONTRADICTION,
                names([one, *looked]),
                Formula("0 %% (%(one)s); %(looked)s").of(one=one.id, looked=tuple(looked)),
                _SAYS[one.measure].of(who=one.reporter, year=one.period),
                Sentence("How many decisions were looked at again at all, and how many of those were wrong?"),
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
