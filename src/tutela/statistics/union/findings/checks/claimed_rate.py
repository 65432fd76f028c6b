"""A rate of errors that a maker claims, against the decisions that it reversed itself."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Number
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.observation import Observation

_WRONG = (Measure.REVERSALS, Measure.REINSTATED, Measure.REJECTED)


def _find(data: Dataset) -> Iterator[Finding]:
    for claim in data.of(Measure.ITEMS_PER_FALSE_POSITIVE):
        for processed in data.of(Measure.ITEMS_PROCESSED, claim.reporter):
            for measure in _WRONG:
                for wrong in data.of(measure, claim.reporter):
                    yield from _judge(claim, processed, wrong)


def _judge(claim: Observation, processed: Observation, wrong: Observation) -> Iterator[Finding]:
    if claim.amount is None or processed.amount is None or wrong.amount is None or wrong.period is None:
        return
    high = processed.amount.high
    same = processed.period is not None and processed.period.covers(wrong.period)
    if not same or high is None or not claim.amount.low or wrong.amount.low * claim.amount.low <= high:
        return
    one_in = Number(high / wrong.amount.low)
    yield Finding(
        "claimed_rate",
        Severity.DOUBT,
        names([claim, processed, wrong]),
        Formula("%(processed)s / %(wrong)s ≤ %(n)s < %(claim)s").of(
            processed=processed, wrong=wrong, n=one_in, claim=claim
        ),
        Sentence(
            "Of the technology of %(who)s one error in %(claim)s at most is claimed. %(who)s processed %(processed)s "
            "in %(period)s and found %(wrong)s wrong: one in %(n)s."
        ).of(
            who=claim.reporter,
            claim=claim.amount,
            processed=processed,
            period=wrong.period,
            wrong=wrong,
            n=one_in,
        ),
        Sentence("Which technology made these errors, and of which items is the claimed rate?"),
        f"{claim.id}~{wrong.id}",
    )


check = Check("claimed_rate", "Does a claimed rate of errors fit the errors that were found?", _find)
