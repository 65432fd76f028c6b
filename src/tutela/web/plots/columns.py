"""Columns over time, stacked by series, and a line over the same steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutela.web.plots.frame import HEIGHT, LEFT, RIGHT, WIDTH, Tick, height_of, x_labels, y_axis, y_of


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one thing, one for each step. `name` is shown, `mark` names its colour in the style sheet."""

    name: str
    mark: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rect:
    """A part of a column."""

    x: float
    y: float
    width: float
    height: float
    mark: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A plot of stacked columns, ready to be drawn, with the numbers that it shows."""

    rects: tuple[Rect, ...]
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    @property
    def total(self) -> int:
        """The sum of all that is shown."""
        return sum(sum(one.values) for one in self.series)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with the ground under it, as points of the view box."""

    points: str
    area: str
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]
    labels: tuple[str, ...]
    series: tuple[Series, ...]


def columns(labels: Sequence[str], series: Sequence[Series]) -> Columns:
    """Return stacked columns, the first series lowest. Raises ValueError where a series has not a value for each."""
    _same_length(labels, series)
    steps = len(labels)
    heights = [sum(one.values[at] for one in series) for at in range(steps)]
    top, y = y_axis(max(heights, default=0))
    width = (WIDTH - LEFT - RIGHT) / max(1, steps)
    gap = min(3.0, width * 0.2)
    rects: list[Rect] = []
    for at in range(steps):
        below = 0
        for one in series:
            value = one.values[at]
            if value:
                height = height_of(value, top)
                rects.append(
                    Rect(
                        round(LEFT + width * at + gap / 2, 1),
                        round(y_of(below + value, top), 1),
                        round(width - gap, 1),
                        round(height, 1),
                        one.mark,
                    )
                )
                below += value
    return Columns(tuple(rects), x_labels(labels), y, tuple(labels), tuple(series))


def line(labels: Sequence[str], series: Series) -> Line:
    """Return a line through the middle of each step. Raises ValueError where there is not a value for each."""
    _same_length(labels, [series])
    top, y = y_axis(max(series.values, default=0))
    width = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    points = [
        (round(LEFT + width * (at + 0.5), 1), round(y_of(max(0, value), top), 1))
        for at, value in enumerate(series.values)
    ]
    drawn = " ".join(f"{x},{y}" for x, y in points)
    ground = HEIGHT - (HEIGHT - y_of(0, top))
    area = f"{points[0][0]},{ground} {drawn} {points[-1][0]},{ground}" if points else ""
    return Line(drawn, area, x_labels(labels), y, tuple(labels), (series,))


def _same_length(labels: Sequence[str], series: Sequence[Series]) -> None:
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"{one.name} has {len(one.values)} values for {len(labels)} steps")
