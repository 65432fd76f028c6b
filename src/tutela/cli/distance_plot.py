"""A plot of distances as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from xml.etree import ElementTree as ET

WIDTH, HEIGHT = 900, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 24, 92, 62
_INK, _FAINT = "#222222", "#dddddd"


@dataclass(frozen=True, slots=True)
class Series:
    """The share of comparisons at each distance from 0 on; `dashed` for what is computed and not measured."""

    name: str
    shares: Sequence[float]
    colour: str
    dashed: bool = False


def distance_plot(title: str, series: Sequence[Series], radius: int, floor_share: float) -> str:
    """Return an SVG document: the shares on a logarithmic scale by distance in bits, the radius marked.

    `floor_share` is the smallest share that is drawn, above 0: one comparison of all. Raises ValueError otherwise.
    """
    if not 0 < floor_share < 1:
        raise ValueError(f"the smallest share lies between 0 and 1, not {floor_share}")
    lowest = floor(log10(floor_share))
    highest = ceil(log10(max([floor_share, *(share for one in series for share in one.shares)])))
    most = max(len(one.shares) for one in series) - 1

    def x(distance: float) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * distance / most, 2)

    def y(exponent: float) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * (exponent - lowest) / (highest - lowest), 2)

    svg = ET.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        attrib={"font-family": "sans-serif", "font-size": "13", "fill": _INK},
    )
    ET.SubElement(svg, "title").text = title
    _add(svg, "rect", x=0, y=0, width=WIDTH, height=HEIGHT, fill="#ffffff")
    inside = {"y": y(highest), "height": round(y(lowest) - y(highest), 2)}
    _add(svg, "rect", x=x(0), width=round(x(radius) - x(0), 2), fill="#fbe3d6", **inside)
    for exponent in range(lowest, highest + 1):
        _add(svg, "line", x1=x(0), x2=x(most), y1=y(exponent), y2=y(exponent), stroke=_FAINT)
        label = _text(svg, x(0) - 8, y(exponent) + 4, "10", anchor="end")
        ET.SubElement(label, "tspan", attrib={"dy": "-5", "font-size": "10"}).text = str(exponent).replace(
            "-", "\u2212"
        )
    for distance in range(0, most + 1, 32):
        _add(svg, "line", x1=x(distance), x2=x(distance), y1=y(lowest), y2=y(lowest) + 5, stroke=_INK)
        _text(svg, x(distance), y(lowest) + 20, str(distance))
    _add(svg, "line", x1=x(radius), x2=x(radius), y1=y(highest), y2=y(lowest), stroke="#b04a12")
    _text(svg, x(radius) + 6, y(highest) + 16, f"radius {radius}", anchor="start", fill="#b04a12")
    for one in series:
        for points in _pieces(one.shares, 10.0**lowest):
            path = " ".join(f"{x(distance)},{y(log10(share))}" for distance, share in points)
            dash = {"stroke-dasharray": "5 4"} if one.dashed else {}
            _add(svg, "polyline", points=path, fill="none", stroke=one.colour, **{"stroke-width": 2, **dash})
            if len(points) == 1:
                _add(svg, "circle", cx=x(points[0][0]), cy=y(log10(points[0][1])), r=2, fill=one.colour)
    _text(svg, x(0), 24, title, anchor="start", size=16)
    # Two columns, so that long names have room.
    for number, one in enumerate(series):
        across, down = x(0) + (number % 2) * (WIDTH - _LEFT - _RIGHT) / 2, 48 + number // 2 * 20
        dash = {"stroke-dasharray": "5 4"} if one.dashed else {}
        line = {"x1": across, "x2": across + 26, "y1": down - 4, "y2": down - 4, "stroke-width": 3}
        _add(svg, "line", stroke=one.colour, **line, **dash)
        _text(svg, across + 34, down, one.name, anchor="start")
    _text(svg, (x(0) + x(most)) / 2, HEIGHT - 14, "distance in bits")
    label = _text(svg, 0, 0, "share of comparisons")
    label.set("transform", f"translate(22 {(y(lowest) + y(highest)) / 2}) rotate(-90)")
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


def _pieces(shares: Sequence[float], least: float) -> list[list[tuple[int, float]]]:
    """Return the runs of distances whose share can be drawn; nothing was measured between them.

    A single empty distance does not break a run: balanced fingerprints are an even number of bits apart.
    """
    pieces: list[list[tuple[int, float]]] = []
    for distance, share in enumerate(shares):
        if share < least:
            continue
        if pieces and distance - pieces[-1][-1][0] <= 2:
            pieces[-1].append((distance, share))
        else:
            pieces.append([(distance, share)])
    return pieces


def _add(parent: ET.Element, tag: str, **attributes: float | str) -> ET.Element:
    return ET.SubElement(parent, tag, {name: str(value) for name, value in attributes.items()})


def _text(
    parent: ET.Element, x: float, y: float, words: str, anchor: str = "middle", fill: str = _INK, size: int = 13
) -> ET.Element:
    attributes = {"x": x, "y": y, "text-anchor": anchor, "fill": fill, "font-size": size}
    text = _add(parent, "text", **attributes)
    text.text = words
    return text
