"""More children identified or convictions than reports that could have led to them."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Observation

_OUTCOMES = (Measure.CHILDREN_IDENTIFIED, Measure.CONVICTIONS, Measure.PERSONS_CONVICTED)


def _find(data: Dataset) -> Iterator[Finding]:
    for reports in data.of(Measure.REPORTS_RECEIVED, unit=Unit.REPORTS, prose=False, breakdown=()):
        for measure in _OUTCOMES:
            for one in data.of(measure, reports.reporter, prose=False, breakdown=()):
                if reports.reporter.kind == "state" and reports.period is not None and _is_more(one, reports):
                    yield Finding(
                        "outcomes_over_reports",
                        Severity.DOUBT,
                        names([one, reports]),
                        Formula("%(one)s, %(p1)s > %(reports)s, %(p2)s").of(
                            one=one, p1=one.period or "-", reports=reports, p2=reports.period
                        ),
                        Sentence(
                            "%(who)s tells %(one)s (%(what)s) for %(p1)s, and no more than %(reports)s for all of "
                            "%(p2)s."
                        ).of(
                            who=one.reporter,
                            one=one,
                            what=one.measure,
                            p1=one.period or "-",
                            reports=reports,
                            p2=reports.period,
                        ),
                        Sentence("Which of them began with a report of a provider or an organisation?"),
                        f"{one.id}~{reports.id}",
                    )


def _is_more(one: Observation, reports: Observation) -> bool:
    if one.amount is None or reports.amount is None or one.period is None or reports.period is None:
        return False
    inside = reports.period.covers(one.period)
    return inside and reports.amount.high is not None and one.amount.low > reports.amount.high


check = Check("outcomes_over_reports", "Do reports outnumber what came of them?", _find)
