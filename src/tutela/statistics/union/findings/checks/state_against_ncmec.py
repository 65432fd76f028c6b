"""Reports that a Member State received against those that a clearing house such as NCMEC sent it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tutela.statistics.union.amount import Amount, between
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Country
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Observation, Reporter
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


_FEWER = Sentence(
    "%(who)s received fewer reports (%(n)s) than %(sender)s sent in the period %(period)s (%(expected)s)."
)
_MORE = Sentence("%(who)s received more reports (%(n)s) than %(sender)s sent in the period %(period)s (%(expected)s).")
_OFFENCES = Sentence(
    "%(who)s tells offences (%(n)s) where reports were asked for; they cannot be held against the reports that "
    "%(sender)s sent in the period %(period)s (%(expected)s)."
)
_CLOSE = Decimal("0.95")
"""Of what was sent; reports on their way at either end of a period, or counted on another day, can be so many."""


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
    offences = Caveat.OFFENCES_NOT_REPORTS in one.caveats
    message, question = (_FEWER, _LOST) if less else (_MORE, _OTHERS)
    close = received.high is not None and less and received.high >= _CLOSE * expected.low
    yield Finding(
        "state_against_ncmec",
        Severity.NOTE if offences or close else Severity.DOUBT,
        names([one, *(sent[state, y] for y in years)]),
        Formula("%(one)s, %(period)s %(sign)s %(expected)s; %(sent)s").of(
            one=one,
            period=one.period,
            sign="<" if less else ">",
            expected=expected,
            sent=tuple(sent[state, y] for y in years),
        ),
        (_OFFENCES if offences else message).of(
            who=one.reporter if one.reporter.kind == "state" else (one.reporter, Country(state)),
            n=received,
            sender=sender,
            period=one.period,
            expected=expected,
        ),
        _REPORTS if offences else question,
    )


_LOST = Sentence("Where are the reports that were sent, or does the number count cases?")
_OTHERS = Sentence("Who else sent reports, and how many?")
_REPORTS = Sentence("How many reports were received, whatever became of them?")


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
