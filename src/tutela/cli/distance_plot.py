"""A plot of distances as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10
from xml.etree import ElementTree as ET

WIDTH, HEIGHT = 900, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 24, 92, 62
_INK, _FAINT, _ALARM = "#222222", "#dddddd", "#b04a12"
_DASHES = {"stroke-dasharray": "5 4"}


@dataclass(frozen=True, slots=True)
class Series:
    """The share of comparisons from distance 0 on; `dashed` for what is computed and not measured."""

    name: str
    shares: Sequence[float]
    colour: str
    dashed: bool = False


def distance_plot(title: str, series: Sequence[Series], radius: int, least: float, width: int = 1) -> str:
    """Return an SVG document: the shares on a logarithmic scale by distance in bits, the radius marked.

    Each share is of `width` neighbouring distances. `least` is the smallest one that is drawn: one comparison of all.
    Raises ValueError unless it lies between 0 and 1.
    """
    if not 0 < least < 1:
        raise ValueError(f"the smallest share lies between 0 and 1, not {least}")
    frame = _Frame(
        most=(max(len(one.shares) for one in series) - 1) * width,
        lowest=floor(log10(least)),
        highest=ceil(log10(max([least, *(share for one in series for share in one.shares)]))),
    )
    ET.SubElement(frame.svg, "title").text = title
    frame.add("rect", x=0, y=0, width=WIDTH, height=HEIGHT, fill="#ffffff")
    frame.text(frame.x(0), 24, title, anchor="start", size=16)
    frame.axes(radius)
    for one in series:
        for run in _runs(one.shares, 10.0**frame.lowest):
            frame.curve([(place * width, share) for place, share in run], one)
    frame.legend(series)
    ET.indent(frame.svg)
    return ET.tostring(frame.svg, encoding="unicode") + "\n"


@dataclass
class _Frame:
    """The drawing, and where a distance (0 to `most`) and a power of ten (`lowest` to `highest`) lie in it."""

    most: int
    lowest: int
    highest: int
    svg: ET.Element = field(default_factory=lambda: ET.Element("svg"))

    def __post_init__(self) -> None:
        self.svg.attrib.update(
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {WIDTH} {HEIGHT}",
                "role": "img",
                "font-family": "sans-serif",
            }
        )

    def x(self, distance: float) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * distance / self.most, 2)

    def y(self, exponent: float) -> float:
        share = (exponent - self.lowest) / (self.highest - self.lowest)
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share, 2)

    def add(self, tag: str, more: dict[str, str] | None = None, **attributes: float | str) -> ET.Element:
        return ET.SubElement(self.svg, tag, {**{n: str(v) for n, v in attributes.items()}, **(more or {})})

    def text(
        self, x: float, y: float, words: str, anchor: str = "middle", fill: str = _INK, size: int = 13
    ) -> ET.Element:
        text = self.add("text", {"text-anchor": anchor, "font-size": str(size)}, x=x, y=y, fill=fill)
        text.text = words
        return text

    def axes(self, radius: int) -> None:
        left, right, top, bottom = self.x(0), self.x(self.most), self.y(self.highest), self.y(self.lowest)
        self.add("rect", x=left, y=top, width=self.x(radius) - left, height=bottom - top, fill="#fbe3d6")
        for exponent in range(self.lowest, self.highest + 1):
            level = self.y(exponent)
            self.add("line", x1=left, x2=right, y1=level, y2=level, stroke=_FAINT)
            ten = self.text(left - 8, level + 4, "10", anchor="end")
            power = ET.SubElement(ten, "tspan", {"dy": "-5", "font-size": "10"})
            power.text = str(exponent).replace("-", "\N{MINUS SIGN}")
        for distance in range(0, self.most + 1, 32):
            self.add("line", x1=self.x(distance), x2=self.x(distance), y1=bottom, y2=bottom + 5, stroke=_INK)
            self.text(self.x(distance), bottom + 20, str(distance))
        self.add("line", x1=self.x(radius), x2=self.x(radius), y1=top, y2=bottom, stroke=_ALARM)
        self.text(self.x(radius) + 6, top + 16, f"radius {radius}", anchor="start", fill=_ALARM)
        self.text((left + right) / 2, HEIGHT - 14, "distance in bits")
        upwards = self.text(0, 0, "share of comparisons")
        upwards.set("transform", f"translate(22 {(top + bottom) / 2}) rotate(-90)")

    def curve(self, points: Sequence[tuple[int, float]], one: Series) -> None:
        """Draw one run of points."""
        places = [(self.x(distance), self.y(log10(share))) for distance, share in points]
        if len(places) == 1:
            self.add("circle", cx=places[0][0], cy=places[0][1], r=2, fill=one.colour)
            return
        look = {"stroke-width": "2", **(_DASHES if one.dashed else {})}
        path = " ".join(f"{x},{y}" for x, y in places)
        self.add("polyline", look, points=path, fill="none", stroke=one.colour)

    def legend(self, series: Sequence[Series]) -> None:
        # Two columns, so that long names have room.
        for number, one in enumerate(series):
            x, y = self.x(0) + (number % 2) * (WIDTH - _LEFT - _RIGHT) / 2, 48 + number // 2 * 20
            look = {"stroke-width": "3", **(_DASHES if one.dashed else {})}
            self.add("line", look, x1=x, x2=x + 26, y1=y - 4, y2=y - 4, stroke=one.colour)
            self.text(x + 34, y, one.name, anchor="start")


def _runs(shares: Sequence[float], least: float) -> list[list[tuple[int, float]]]:
    """Return the runs of neighbouring places whose share can be drawn; there is nothing between them."""
    runs: list[list[tuple[int, float]]] = []
    for place, share in enumerate(shares):
        if share < least:
            continue
        if runs and place - runs[-1][-1][0] == 1:
            runs[-1].append((place, share))
        else:
            runs.append([(place, share)])
    return runs
