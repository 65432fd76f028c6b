"""What one provider found, against what a clearing house received from all of them."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.observation import Dimension, Observation


def _find(data: Dataset) -> Iterator[Finding]:
    for received in data.of(Measure.ITEMS_REPORTED):
        if received.by(Dimension.REGION) == "EU" and received.reporter.kind == "body":
            for one in data.of(Measure.CASES_IDENTIFIED, unit=received.unit, breakdown=()):
                if _is_more(one, received) and received.period is not None:
                    yield Finding(
                        "over_received",
                        Severity.DOUBT,
                        names([one, received]),
                        Formula("%(one)s > %(received)s").of(one=one, received=received),
                        Sentence(
                            "%(who)s alone found more (%(one)s) in the period %(period)s than %(body)s received on the "
                            "Union from all providers (%(received)s)."
                        ).of(
                            who=one.reporter,
                            one=one,
                            period=received.period,
                            body=received.reporter,
                            received=received,
                        ),
                        Sentence("How many of these items were reported, and in how many reports?"),
                        f"{one.id}~{received.id}",
                    )


def _is_more(one: Observation, received: Observation) -> bool:
    if one.amount is None or received.amount is None or one.period is None or received.period is None:
        return False
    provider = one.reporter.kind == "provider" and received.period.covers(one.period)
    return provider and received.amount.high is not None and one.amount.low > received.amount.high


check = Check("over_received", "Has one provider no more than a clearing house received from all?", _find)
