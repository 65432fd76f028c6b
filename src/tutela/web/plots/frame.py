"""The frame of a plot: its size, its axis, and where a value lies on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tutela.web.translation import decimal

WIDTH, HEIGHT = 640.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 6.0, 8.0, 24.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where it lies, and what stands beside it."""

    at: float
    text: str


def nice_ticks(highest: float, wanted: int = 4) -> tuple[float, ...]:
    """Return round numbers from 0 to at least `highest`, about `wanted` steps of 1, 2, 2.5 or 5 times a power of ten.

    Whole numbers above 3; never fewer than two. Raises ValueError for what is negative or no number.
    """
    if not (math.isfinite(highest) and highest >= 0):
        raise ValueError(f"an axis cannot end at {highest}")
    if highest < 1e-9:
        return (0.0, 1.0)
    rough = highest / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * (1 - 1e-9))
    if highest > 3 and step < 1:
        step = 1.0
    if highest > 3 and step == 2.5:
        step = 5.0
    count = math.ceil(highest / step - 1e-9)
    return tuple(round(step * n, 12) for n in range(count + 1))


def height_of(value: float, top: float) -> float:
    """Return how high a value stands above the lower edge, in units of the view box; `top` is the axis' end."""
    return (HEIGHT - TOP - BOTTOM) * value / top


def y_of(value: float, top: float) -> float:
    """Return where a value lies from above."""
    return HEIGHT - BOTTOM - height_of(value, top)


def y_axis(top_value: float) -> tuple[float, tuple[Tick, ...]]:
    """Return the end of an axis that holds a value, and its ticks."""
    numbers = nice_ticks(top_value)
    top = numbers[-1]
    return top, tuple(Tick(round(y_of(number, top), 1), decimal(number)) for number in numbers)


def x_labels(labels: Sequence[str], wanted: int = 8) -> tuple[Tick, ...]:
    """Return some of the labels under the middle of their steps, evenly spaced from the first on."""
    if not labels:
        return ()
    width = (WIDTH - LEFT - RIGHT) / len(labels)
    every = -(-len(labels) // wanted)
    return tuple(Tick(round(LEFT + width * (at + 0.5), 1), labels[at]) for at in range(0, len(labels), every))
