"""How the published reports come to a number: every cell is added, whatever it counts and whatever its period."""

from __future__ import annotations

from decimal import Decimal

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Observation
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums.question import Question, about

_PERCENT = Decimal(100)


def added(data: Dataset, question: Question) -> Decimal | None:
    """Return the sum of every cell that has a day in common with the period; None where nobody told a number.

    A state that told nothing is left out, `ca` and `over` are left out, a range counts with its middle. Caveats do
    not matter. Numbers per month stay outside, as in tables 3 and 9 of COM(2023) 797.
    """
    wanted = dict(question.by)
    cells = [
        _number(one)
        for one in data.of(question.measure, unit=question.unit, prose=False)
        if about(one, question.whose) is not None
        and {k: v for k, v in one.breakdown if k not in {Dimension.STATE, Dimension.REGION}} == wanted
        and one.period is not None
        and one.period.meets(question.period)
        and one.amount is not None
    ]
    return sum(cells, Decimal(0)) if cells else None


def ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Return a percentage, as it is printed: two numbers divided, of whatever periods they are."""
    return _PERCENT * part / whole if part is not None and whole else None


def received_of_sent(data: Dataset, period: Period) -> Decimal | None:
    """Return the reports that Member States told of for each hundred that NCMEC sent."""
    received = added(data, Question(Measure.REPORTS_RECEIVED, Unit.REPORTS, period))
    return ratio(received, added(data, Question(Measure.REPORTS_SENT, Unit.REPORTS, period)))


def error_rate(data: Dataset, period: Period) -> Decimal | None:
    """Return B/A of all providers: what reviewers rejected, of all that was flagged, reviewed or not."""
    by = ((Dimension.KIND, "known"),)
    rejected = added(data, Question(Measure.REJECTED, Unit.ITEMS, period, "provider", by))
    return ratio(rejected, added(data, Question(Measure.FLAGGED, Unit.ITEMS, period, "provider", by)))


def _number(one: Observation) -> Decimal:
    assert one.amount is not None  # noqa: S101 - chosen so above
    if one.amount.stated is not None:
        return one.amount.stated
    return (one.amount.low + (one.amount.low if one.amount.high is None else one.amount.high)) / 2
