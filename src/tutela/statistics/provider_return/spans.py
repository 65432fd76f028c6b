"""A year that no one regime covers, in parts: each under its own law, and those between them under none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tutela.regimes.regime import Regime, RegimeTable
from tutela.statistics.provider_return.light import Days

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a year, the first and the last included, under one regime or none."""

    first: date
    last: date
    regime: Regime | None

    @property
    def days(self) -> Days:
        """The same for counting."""
        return Days.between(self.first, self.last)


def whole_year(year: int) -> Days:
    """Return the days of a calendar year."""
    return Days.between(date(year, 1, 1), date(year, 12, 31))


def spans_of(year: int, regimes: RegimeTable) -> list[Span]:
    """Return the parts of a year in their order; one part where a regime covers all of it or none does any."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return list(_spans(first, last, regimes.within(first, last)))


def _spans(first: date, last: date, regimes: Iterable[Regime]) -> Iterable[Span]:
    begins = first
    for regime in regimes:
        if regime.first > begins:
            yield Span(begins, regime.first - _DAY, None)
        yield Span(max(begins, regime.first), min(last, regime.last), regime)
        begins = min(last, regime.last) + _DAY
    if begins <= last:
        yield Span(begins, last, None)
