"""How many Member States told nothing, against the table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tutela.statistics.figure import Status
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Country
from tutela.statistics.union.measure import SILENCE


def _find(data: Dataset) -> Iterator[Finding]:
    for counting, measure in SILENCE.items():
        for one in data.of(counting):
            silent = [
                o
                for o in data.of(measure, breakdown=())
                if o.reporter.kind == "state" and o.status is Status.NOT_REPORTED
            ]
            if one.amount is not None and not one.amount.holds(Decimal(len(silent))):
                yield Finding(
                    "silent_states",
                    Severity.CONTRADICTION,
                    names([one, *silent]),
                    Formula("%(one)s ≠ %(n)s").of(one=one, n=str(len(silent))),
                    Sentence(
                        "The text tells that %(one)s did not report (%(what)s); in the table %(n)s did not: %(names)s."
                    ).of(
                        one=one,
                        what=measure,
                        n=str(len(silent)),
                        names=tuple(Country(o.reporter.code) for o in silent) or "-",
                    ),
                    Sentence("Who of them told why it does not report?"),
                )


check = Check("silent_states", "Does the number of silent Member States fit the table?", _find)
