"""Rates with their bounds, a row each: the point is what was seen, the line what it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutela.statistics.figure import Rate
from tutela.web.plots.frame import Tick, nice_ticks
from tutela.web.translation import decimal

INSET = 2.0
"""How far from the sides the axis begins and ends, in percent of the width."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the plot; all places in percent of its width. Without a rate there is nothing to draw."""

    label: str
    rate: Rate | None
    low: float
    at: float
    high: float


@dataclass(frozen=True, slots=True)
class Ranges:
    """A plot of rates, ready to be drawn."""

    rows: tuple[Row, ...]
    x: tuple[Tick, ...]


def ranges(rates: Sequence[tuple[str, Rate | None]]) -> Ranges:
    """Return the plot of labelled rates, in their order; the axis ends beyond the highest bound, at 100 % at most."""
    highest = max((rate.high for _, rate in rates if rate is not None), default=0.0)
    numbers = [number for number in nice_ticks(100 * highest) if number <= 100]
    top = numbers[-1]

    def x_of(percent: float) -> float:
        return round(INSET + (100 - 2 * INSET) * min(percent, top) / top, 2)

    rows = tuple(
        Row(label, rate, x_of(100 * rate.low), x_of(100 * rate.rate), x_of(100 * rate.high))
        if rate
        else Row(label, None, 0.0, 0.0, 0.0)
        for label, rate in rates
    )
    return Ranges(rows, tuple(Tick(x_of(number), f"{decimal(number)} %") for number in numbers))
