"""A chart with two logarithmic axes as SVG, readable on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

WIDTH, HEIGHT = 820, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 190, 54, 58
_STYLE = """
svg { font: 14px system-ui, sans-serif; }
.page { fill: #ffffff; } .grid { stroke: #d8dee4; } text { fill: #1f2328; } .small { font-size: 12px; }
.a { --c: #0a58ca; } .b { --c: #1a7f37; } .c { --c: #b35900; } .d { --c: #8250df; } .e { --c: #bf2457; }
path.line { fill: none; stroke: var(--c); stroke-width: 2.5; } circle { fill: var(--c); } text.name { fill: var(--c); }
path.dashed { stroke-dasharray: 7 5; }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; } .grid { stroke: #30363d; } text { fill: #e6edf3; }
.a { --c: #6cb0ff; } .b { --c: #56d364; } .c { --c: #ffa657; } .d { --c: #d2a8ff; } .e { --c: #ff8fab; }
}
"""


@dataclass(frozen=True)
class Line:
    """A named line through points (x, y), both above 0; dashed for what is done many at a time."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


def draw(file: Path, title: str, across: str, up: str, lines: Sequence[Line]) -> None:
    """Write the chart to `file`. Raises ValueError where there is nothing to draw, or more than five lines."""
    lines = [line for line in lines if line.points]
    if not 1 <= len(lines) <= 5:
        raise ValueError(f"a chart shows one to five lines, not {len(lines)}")
    points = [point for line in lines for point in line.points]
    x_from, x_to = _decades([x for x, _ in points])
    y_from, y_to = _decades([y for _, y in points])

    def x_at(value: float) -> float:
        return _LEFT + (math.log10(value) - x_from) / (x_to - x_from) * (WIDTH - _LEFT - _RIGHT)

    def y_at(value: float) -> float:
        return HEIGHT - _BOTTOM - (math.log10(value) - y_from) / (y_to - y_from) * (HEIGHT - _TOP - _BOTTOM)

    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img"})
    ET.SubElement(svg, "title").text = title
    ET.SubElement(svg, "desc").text = "; ".join(
        f"{line.name}: " + ", ".join(f"{y:,.3g} at {x:,.0f}" for x, y in line.points) for line in lines
    )
    ET.SubElement(svg, "style").text = _STYLE
    ET.SubElement(svg, "rect", {"class": "page", "width": str(WIDTH), "height": str(HEIGHT)})
    _text(svg, _LEFT, 30, title)
    for power in range(x_from, x_to + 1):
        x = x_at(10.0**power)
        _rule(svg, x, _TOP, x, HEIGHT - _BOTTOM)
        _text(svg, x, HEIGHT - _BOTTOM + 20, _count(power), anchor="middle", kind="small")
    for power in range(y_from, y_to + 1):
        y = y_at(10.0**power)
        _rule(svg, _LEFT, y, WIDTH - _RIGHT, y)
        _text(svg, _LEFT - 10, y + 4, _time(power), anchor="end", kind="small")
    _text(svg, (_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 12, across, anchor="middle")
    _text(svg, 20, HEIGHT / 2, up, anchor="middle", turn=f"rotate(-90 20 {HEIGHT / 2:.0f})")
    places = _apart([y_at(line.points[-1][1]) for line in lines], 19)
    for line, letter, place in zip(lines, "abcde", places, strict=False):
        group = ET.SubElement(svg, "g", {"class": letter})
        course = " L".join(f"{x_at(x):.1f},{y_at(y):.1f}" for x, y in line.points)
        ET.SubElement(group, "path", {"class": "line dashed" if line.dashed else "line", "d": f"M{course}"})
        for x, y in line.points:
            ET.SubElement(group, "circle", {"cx": f"{x_at(x):.1f}", "cy": f"{y_at(y):.1f}", "r": "4"})
        _text(group, x_at(line.points[-1][0]) + 12, place + 5, line.name, kind="name")
    ET.indent(svg)
    file.write_text(ET.tostring(svg, encoding="unicode") + "\n", encoding="utf-8")


def _decades(values: Sequence[float]) -> tuple[int, int]:
    # A point a little above a power of ten needs no decade more; one value alone still needs some width.
    low, high = math.floor(math.log10(min(values)) + 0.02), math.ceil(math.log10(max(values)) - 0.02)
    return low, max(high, low + 1)


def _apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Return places near the wanted ones with at least `gap` between them."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [wanted[i] for i in order]
    for _ in range(200):
        for i in range(len(places) - 1):
            overlap = gap - (places[i + 1] - places[i])
            if overlap > 0:
                places[i] -= overlap / 2
                places[i + 1] += overlap / 2
    result = [0.0] * len(wanted)
    for i, place in zip(order, places, strict=True):
        result[i] = place
    return result


def _rule(parent: ET.Element, x1: float, y1: float, x2: float, y2: float) -> None:
    ends = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    ET.SubElement(parent, "line", {"class": "grid", **ends})


def _text(
    parent: ET.Element, x: float, y: float, text: str, anchor: str = "start", kind: str = "", turn: str = ""
) -> None:
    attributes = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}
    attributes |= {"class": kind} if kind else {}
    attributes |= {"transform": turn} if turn else {}
    ET.SubElement(parent, "text", attributes).text = text


def _count(power: int) -> str:
    names = {3: "thousand", 4: "10 thousand", 5: "100 thousand", 6: "1 million", 7: "10 million", 8: "100 million"}
    return names.get(power, f"{10**power:,}" if power >= 0 else f"1e{power}")


def _time(power: int) -> str:
    """Name 10**power microseconds."""
    for least, unit in ((6, "s"), (3, "ms"), (0, "µs"), (-3, "ns")):
        if power >= least:
            return f"{10 ** (power - least)} {unit}"
    return f"1e{power} µs"
