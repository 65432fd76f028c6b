"""Charts as SVG: rows with marks on one axis. For PDF and pages alike; built as a tree, never from strings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as Xml

_WIDTH, _LABELS, _RIGHT, _TOP = 720.0, 128.0, 26.0, 34.0
_ROW = 15.6
_COLOURS = ("#2f7dd1", "#c8690a", "#2e9e6b")
"""Blue, orange, green: each at least 3 to 1 against white and against the dark pages."""
_FONT = "Libertinus Serif, Georgia, serif"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark from `low` to `high` on the axis: a dot or tick at `low`, or a bar.

    A bar without `high` goes on to the end of the axis and ends in an arrow. `series` says whose colour it has.
    """

    form: Literal["dot", "tick", "bar"]
    low: float
    high: float | None = None
    series: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its label; `lanes` are drawn below each other."""

    label: str
    lanes: Sequence[Sequence[Mark]]


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, with ticks that have texts; `guide` is a value to compare with. Raises ValueError."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    guide: float | None = None
    logarithmic: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.logarithmic and self.low <= 0):
            raise ValueError("an axis ends after it begins, and one of logarithms begins above 0")

    def at(self, value: float) -> float:
        """Return where a value stands, from 0 to 1; what lies outside stands at the end."""
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def chart(rows: Sequence[Row], axis: Axis, legend: Sequence[tuple[Literal["dot", "tick", "bar"], str]]) -> str:
    """Return a chart as SVG, 720 wide; `legend` has the form and the name of each series, in order.

    Raises ValueError for more series than there are colours.
    """
    if len(legend) > len(_COLOURS):
        raise ValueError(f"a chart has at most {len(_COLOURS)} series")
    heights = [max(_ROW, 7.0 * len(row.lanes) + 4.0) for row in rows]
    bottom = _TOP + sum(heights)
    height = bottom + 8.0
    root = Xml.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_WIDTH:g} {height:g}", "font-family": _FONT},
    )
    _legend(root, legend)
    for value, text in axis.ticks:
        x = _x(axis, value)
        _line(root, x, _TOP, x, bottom, "0.5", opacity="0.3")
        _text(root, x, _TOP - 3.0, text, anchor="middle", size="10")
    if axis.guide is not None:
        x = _x(axis, axis.guide)
        _line(root, x, _TOP, x, bottom, "1.2", opacity="0.8")
    y = _TOP
    for row, high in zip(rows, heights, strict=True):
        _text(root, _LABELS - 8.0, y + high / 2 + 3.6, row.label, anchor="end", size="11")
        for number, lane in enumerate(row.lanes, start=1):
            middle = y + high * number / (len(row.lanes) + 1)
            for mark in lane:
                _mark(root, axis, mark, middle)
        y += high
        _line(root, _LABELS, y, _WIDTH - _RIGHT, y, "0.4", opacity="0.18")
    return Xml.tostring(root, "unicode")


def _legend(root: Xml.Element, legend: Sequence[tuple[Literal["dot", "tick", "bar"], str]]) -> None:
    x = _LABELS
    for series, (form, name) in enumerate(legend):
        _shape(root, form, x, x + 18.0, 8.0, _COLOURS[series])
        _text(root, x + 24.0, 11.6, name, anchor="start", size="11")
        x += 44.0 + 5.4 * len(name)


def _mark(root: Xml.Element, axis: Axis, mark: Mark, y: float) -> None:
    colour = _COLOURS[mark.series]
    start = _x(axis, mark.low)
    end = _x(axis, axis.high if mark.high is None else mark.high) if mark.form == "bar" else start
    if mark.form != "bar":
        _shape(root, mark.form, start - 9.0, start + 9.0, y, colour)
        return
    _shape(root, "bar", start, max(end, start + 2.0), y, colour)
    if mark.high is None or mark.high > axis.high:
        points = f"{end:g},{y - 4:g} {end + 7:g},{y:g} {end:g},{y + 4:g}"
        Xml.SubElement(root, "polygon", {"points": points, "fill": colour})


def _shape(root: Xml.Element, form: str, left: float, right: float, y: float, colour: str) -> None:
    middle = (left + right) / 2
    if form == "dot":
        Xml.SubElement(root, "circle", {"cx": f"{middle:g}", "cy": f"{y:g}", "r": "3.6", "fill": colour})
    elif form == "tick":
        attributes = {"x": f"{middle - 1.2:g}", "y": f"{y - 6:g}", "width": "2.4", "height": "12", "fill": colour}
        Xml.SubElement(root, "rect", attributes)
    else:
        attributes = {"x": f"{left:g}", "y": f"{y - 2.5:g}", "width": f"{right - left:g}", "height": "5"}
        Xml.SubElement(root, "rect", {**attributes, "fill": colour})


def _x(axis: Axis, value: float) -> float:
    return _LABELS + axis.at(value) * (_WIDTH - _LABELS - _RIGHT)


def _line(root: Xml.Element, x1: float, y1: float, x2: float, y2: float, width: str, *, opacity: str) -> None:
    ends = {"x1": f"{x1:g}", "y1": f"{y1:g}", "x2": f"{x2:g}", "y2": f"{y2:g}"}
    style = {"stroke": "currentColor", "stroke-width": width, "stroke-opacity": opacity}
    Xml.SubElement(root, "line", {**ends, **style})


def _text(root: Xml.Element, x: float, y: float, text: str, *, anchor: str, size: str) -> None:
    attributes = {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor, "font-size": size, "fill": "currentColor"}
    Xml.SubElement(root, "text", attributes).text = text
