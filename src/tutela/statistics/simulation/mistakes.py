"""Errors that nobody declares: a number mistyped, a month lost, a report counted twice, a figure of another period."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from tutela.statistics.figure import Figure
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.simulation.world import FIRST, LAST, WHOLE, State
from tutela.statistics.union.amount import Amount, Precision, exact
from tutela.statistics.union.observation import Observation
from tutela.statistics.union.period import Period

Mistake = Literal["mistyped", "another_period", "month_lost", "counted_twice", "too_early"]
MISTAKES: tuple[Mistake, ...] = ("mistyped", "another_period", "month_lost", "counted_twice", "too_early")
_TYPED = frozenset({4, 6})
"""Sections of the standard form: cases, and errors."""
_YEAR = timedelta(days=365)


@dataclass
class Mistakes:
    """Makes them at a rate, 0 to 1: of each figure that is told, and of each register. `made` counts them by kind."""

    rng: random.Random
    rate: float
    made: dict[Mistake, int] = field(default_factory=dict)

    def figures(self, observations: Iterable[Observation]) -> tuple[Observation, ...]:
        """Return figures, some totals among them mistyped or under another period.

        NCMEC has all periods in one table: a row that stands there twice is refused by the reader, and is no error that
        stays unseen.
        """
        return tuple(
            self._figure(one) if not one.breakdown or one.reporter.kind == "body" else one for one in observations
        )

    def returned(self, compiled: YearlyReturn) -> YearlyReturn:
        """Return a provider's return, some of its counts of cases and errors mistyped."""
        return replace(compiled, figures=tuple(self._of_form(one) for one in compiled.figures))

    def register(self, happened: State) -> State:
        """Return what an authority enters, which may lack a month or have reports twice."""
        if self._happens("month_lost", bool(happened.arrivals)):
            lost = self.rng.choice(happened.arrivals).on
            left = [a for a in happened.arrivals if (a.on.year, a.on.month) != (lost.year, lost.month)]
            happened = replace(happened, arrivals=left)
        if self._happens("counted_twice", bool(happened.arrivals)):
            twice = self.rng.choice(happened.arrivals)
            happened = replace(happened, arrivals=[*happened.arrivals, replace(twice, number=f"{twice.number}x2")])
        return happened

    def day(self, as_of: date, late: int) -> date:
        """Return the day of the figures, before everything was entered where they were taken too early."""
        return LAST - timedelta(days=1 + late) if self._happens("too_early", as_of > LAST) else as_of

    def _figure(self, one: Observation) -> Observation:
        amount = one.amount
        typed = amount is not None and amount.precision is Precision.EXACT
        if amount is not None and self._happens("mistyped", typed):
            one = replace(one, value=self._mistyped(amount))
        if one.period is not None and self._happens(
            "another_period", one.period != WHOLE and one.reporter.kind == "state"
        ):
            one = replace(one, period=_another(one.period))
        return one

    def _of_form(self, one: Figure) -> Figure:
        typed = one.section in _TYPED and isinstance(one.value, int) and one.at_most is None
        if not isinstance(one.value, int) or not self._happens("mistyped", typed):
            return one
        return replace(one, value=int(self._mistyped(exact(one.value)).low))

    def _mistyped(self, amount: Amount) -> Amount:
        digits = str(amount.low)
        if self.rng.random() < 0.5 or len(digits) < 2:
            return exact(int(digits + str(self.rng.randrange(10))))
        return exact(int(digits[::-1]) if digits != digits[::-1] else int(digits[:-1]))

    def _happens(self, kind: Mistake, can: bool) -> bool:
        if not can or self.rng.random() >= self.rate:
            return False
        self.made[kind] = self.made.get(kind, 0) + 1
        return True


def _another(period: Period) -> Period:
    step = _YEAR if period.first - _YEAR >= FIRST else -_YEAR
    return Period.of_days(period.first - step, period.last - step)
