"""Agreement with its bounds, a row each, on an axis from -1 to 1 or from 0 where nothing lies below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutela.statistics.quality.agreement import Agreement
from tutela.web.plots.frame import Tick
from tutela.web.plots.ranges import INSET
from tutela.web.translation import decimal


@dataclass(frozen=True, slots=True)
class KappaRow:
    """A row of the plot; places in percent of its width. `found.kappa` None: there is nothing to draw."""

    label: str
    found: Agreement
    low: float
    at: float
    high: float


@dataclass(frozen=True, slots=True)
class Kappas:
    """A plot of agreement, ready to be drawn. `bound` is where a finding begins."""

    rows: tuple[KappaRow, ...]
    x: tuple[Tick, ...]
    bound: float


def kappas(given: Sequence[tuple[str, Agreement]], bound: float) -> Kappas:
    """Return the plot of labelled agreements, in their order."""
    lowest = min((found.low for _, found in given if found.low is not None), default=0.0)
    start = -1.0 if lowest < 0 else 0.0

    def x_of(value: float | None) -> float:
        return round(INSET + (100 - 2 * INSET) * ((value or 0.0) - start) / (1 - start), 2)

    numbers = (-1.0, -0.5, 0.0, 0.5, 1.0) if start else (0.0, 0.25, 0.5, 0.75, 1.0)
    rows = tuple(KappaRow(label, found, x_of(found.low), x_of(found.kappa), x_of(found.high)) for label, found in given)
    return Kappas(rows, tuple(Tick(x_of(number), decimal(number)) for number in numbers), x_of(bound))
