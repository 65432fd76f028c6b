"""Which share of what a technology flagged is wrong, with bounds that hold whoever looked at how much of it.

The form asks for B/A, rejected of flagged. Of what nobody reviewed, all may be right and all may be wrong: so the
share lies between B/A and (B + A - C)/A, with C what people reviewed. Of several providers the ends are those of their
numbers together.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tutela.statistics.union.amount import Amount, between
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums.question import Question
from tutela.statistics.union.sums.total import Total, total

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class ErrorBounds:
    """Of one provider, or of all (`EU`): percentages, None where the figures prove no end."""

    code: str
    flagged: Amount
    wrong: Amount
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Errors:
    """Every provider that told of it, and all together."""

    providers: tuple[ErrorBounds, ...]
    together: ErrorBounds

    @property
    def low(self) -> Decimal | None:
        """At least this percentage of all that was flagged is wrong."""
        return self.together.low

    @property
    def high(self) -> Decimal | None:
        """At most this percentage."""
        return self.together.high


def wrongly_flagged(data: Dataset, kind: str, period: Period) -> Errors:
    """Return the bounds for a kind of case (`known`, `new`, `solicitation`) in a period."""
    flagged, rejected, reviewed = (
        total(data, Question(measure, Unit.ITEMS, period, "provider", ((Dimension.KIND, kind),)))
        for measure in (Measure.FLAGGED, Measure.REJECTED, Measure.REVIEWED)
    )
    amounts = [{s.code: s.amount for s in one.shares} for one in (flagged, rejected, reviewed)]
    nothing = between(0, None)
    rows = tuple(
        _bounds(code, *(of.get(code, nothing) for of in amounts)) for code in sorted({c for of in amounts for c in of})
    )
    codes = {row.code for row in rows}
    whole = [one.amount if _all(one, codes) else between(one.low, None) for one in (flagged, rejected, reviewed)]
    return Errors(rows, _bounds("EU", *whole))


def _all(one: Total, codes: set[str]) -> bool:
    return {s.code for s in one.shares} == codes


def _bounds(code: str, flagged: Amount, rejected: Amount, reviewed: Amount) -> ErrorBounds:
    """Each end is taken where it is worst; what is wrong is at most all that was flagged."""
    unseen = None if flagged.high is None else max(Decimal(0), flagged.high - reviewed.low)
    most = None if rejected.high is None or unseen is None else rejected.high + unseen
    wrong = between(rejected.low, most)
    if flagged.low <= 0:
        low = _PERCENT * wrong.low / flagged.high if flagged.high else None
        return ErrorBounds(code, flagged, wrong, low, None)
    high = None if most is None else min(_PERCENT, _PERCENT * most / flagged.low)
    low = Decimal(0) if flagged.high is None else _PERCENT * rejected.low / flagged.high
    return ErrorBounds(code, flagged, wrong, low, high)
