"""How many Member States told nothing, against the table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tutela.statistics.figure import Status
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names, told
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
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
                    f"{told(one)}, the table has {len(silent)}: {', '.join(o.reporter.code for o in silent)}",
                    "As many Member States as the text says did not report; the table has another number.",
                    "Who of them told why it does not report?",
                )


check = Check("silent_states", "Does the number of silent Member States fit the table?", _find)
