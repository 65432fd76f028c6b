"""Errors that a review found before anybody could appeal, and a rate that leaves them out."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import PERCENT, names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Number
from tutela.statistics.union.measure import Measure


def _find(data: Dataset) -> Iterator[Finding]:
    for reviewed in data.of(Measure.ITEMS_REVIEWED):
        for confirmed in data.of(Measure.ITEMS_CONFIRMED, reviewed.reporter, unit=reviewed.unit):
            if confirmed.period != reviewed.period or reviewed.amount is None or confirmed.amount is None:
                continue
            rates = [
                o
                for o in data.of(Measure.REINSTATED_PER_APPEAL, reviewed.reporter)
                if o.amount is not None and o.amount.stated == 0
                if o.period is not None and reviewed.period is not None and o.period.meets(reviewed.period)
            ]
            high = confirmed.amount.high
            if not rates or high is None or reviewed.amount.low <= high:
                continue
            wrong = reviewed.amount.low - high
            share = Number(PERCENT * wrong / reviewed.amount.low, 1, percent=True)
            yield Finding(
                "review_errors",
                Severity.DOUBT,
                names([*rates, reviewed, confirmed]),
                Formula("%(reviewed)s - %(confirmed)s = %(wrong)s; %(share)s ≠ 0 %%").of(
                    reviewed=reviewed, confirmed=confirmed, wrong=Number(wrong), share=share
                ),
                Sentence(
                    "%(who)s tells a rate of 0 %% that counts appeals alone; its reviewers had rejected %(wrong)s of "
                    "the flagged items (%(share)s) before."
                ).of(who=reviewed.reporter, wrong=Number(wrong), share=share),
                Sentence("What share of what each technology flagged did the review reject?"),
                f"{reviewed.id}~{confirmed.id}",
            )


check = Check("review_errors", "Does the error rate hold what the review rejected?", _find)
