"""Reports that a Member State received against those that a clearing house such as NCMEC sent it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tutela.statistics.union.amount import Amount, between
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names, shown, told
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Observation, Reporter
from tutela.statistics.union.period import Period


def _find(data: Dataset) -> Iterator[Finding]:
    senders: dict[Reporter, dict[tuple[str, int], Observation]] = {}
    for one in data.of(Measure.REPORTS_SENT, prose=False):
        state = one.by(Dimension.STATE)
        if state is not None and one.period is not None and one.amount is not None:
            senders.setdefault(one.reporter, {}).setdefault((state, one.period.first.year), one)
    for sender, sent in senders.items():
        for one in data.of(Measure.REPORTS_RECEIVED):
            yield from _against(one, sender, sent)


def _against(one: Observation, sender: Reporter, sent: Mapping[tuple[str, int], Observation]) -> Iterator[Finding]:
    state = one.by(Dimension.STATE) or (one.reporter.code if one.reporter.kind == "state" else None)
    about = {k for k, _ in one.breakdown} - {Dimension.STATE, Dimension.ORIGIN}
    received = _received(one)
    if state is None or about or received is None or one.period is None:
        return
    years = [y for y in one.period.years() if (state, y) in sent]
    expected = _expected(state, one.period, sent)
    if not years or received.meets(expected):
        return
    less = received.high is not None and received.high < expected.low
    yield Finding(
        "state_against_ncmec",
        Severity.DOUBT,
        names([one, *(sent[state, y] for y in years)]),
        f"{one.reporter} received {told(one)} in {one.period}; sent were "
        + ", ".join(f"{told(sent[state, y])} in {y}" for y in years)
        + f", so {shown(expected)} in that period",
        f"A Member State received {'fewer' if less else 'more'} reports than {sender.code.upper()} sent it.",
        "Where are the reports that were sent, or does the number count cases?"
        if less
        else "Who else sent reports, and how many?",
    )


def _expected(state: str, period: Period, sent: Mapping[tuple[str, int], Observation]) -> Amount:
    """Return what was sent in a period: all of a year that it covers, anything up to all of one that it touches."""
    whole = between(0, 0)
    for year in period.years():
        one = sent.get((state, year))
        if one is None or one.amount is None:
            whole = whole.plus(between(0, None))
        elif period.covers(Period.of_year(year)):
            whole = whole.plus(one.amount)
        else:
            whole = whole.plus(between(0, one.amount.high))
    return whole


def _received(one: Observation) -> Amount | None:
    if one.amount is None or one.unit is not Unit.REPORTS_PER_MONTH or one.period is None:
        return one.amount if one.unit is Unit.REPORTS else None
    touched = (one.period.last.year - one.period.first.year) * 12 + one.period.last.month - one.period.first.month + 1
    high = None if one.amount.high is None else one.amount.high * touched
    return between(one.amount.low * max(Decimal(0), Decimal(touched - 2)), high)


check = Check("state_against_ncmec", "Did Member States receive what NCMEC sent them?", _find)
