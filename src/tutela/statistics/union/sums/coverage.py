"""What Member States received against what a clearing house such as NCMEC sent them, with bounds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tutela.statistics.union.amount import Amount
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums.question import Question
from tutela.statistics.union.sums.total import Share, Total, total

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class Covered:
    """Reports received in a period for each hundred sent in it; `code` is a Member State, or EU for all together.

    `low` and `high` are percentages, `high` None where nothing bounds it; both None where nothing was sent. Over 100 is
    no error: others send too, so it is a ratio and, where more than one source is possible, no share.
    """

    code: str
    period: Period
    received: Amount
    sent: Amount
    low: Decimal | None
    high: Decimal | None


def coverage(data: Dataset, period: Period) -> tuple[Covered, ...]:
    """Return the bounds for every Member State and, last, for the Union, in one period for all."""
    received, sent = _both(data, period)
    rows = [_covered(r.code, period, r.amount, s.amount) for r, s in zip(received.shares, sent.shares, strict=True)]
    return (*rows, _covered("EU", period, received.amount, sent.amount))


def own_coverage(data: Dataset) -> tuple[Covered, ...]:
    """Return the bounds for each Member State in the period that its own figure is of, in the order of the table.

    A state without a figure is left out; of several figures the one of the longest period is taken.
    """
    found = []
    for one in data.of(Measure.REPORTS_RECEIVED, prose=False):
        if one.reporter.kind == "state" and one.period is not None and one.amount is not None:
            found.append((one.reporter.code, one.period))
    longest: dict[str, Period] = {}
    for code, period in found:
        if code not in longest or period.days > longest[code].days:
            longest[code] = period
    rows = []
    for code, period in longest.items():
        received, sent = _both(data, period)
        rows.append(_covered(code, period, _of(received, code).amount, _of(sent, code).amount))
    return tuple(rows)


def _both(data: Dataset, period: Period) -> tuple[Total, Total]:
    return (
        total(data, Question(Measure.REPORTS_RECEIVED, Unit.REPORTS, period)),
        total(data, Question(Measure.REPORTS_SENT, Unit.REPORTS, period)),
    )


def _of(whole: Total, code: str) -> Share:
    return next(s for s in whole.shares if s.code == code)


def _covered(code: str, period: Period, received: Amount, sent: Amount) -> Covered:
    high = None if received.high is None or sent.low <= 0 else _PERCENT * received.high / sent.low
    if sent.high is None:
        return Covered(code, period, received, sent, Decimal(0), high)
    low = _PERCENT * received.low / sent.high if sent.high else None
    return Covered(code, period, received, sent, low, high)
