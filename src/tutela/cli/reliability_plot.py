"""A reliability plot as SVG: what was said against what was so."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tutela.detection.classifiers.calibration.calibration_error import Bin
from tutela.detection.classifiers.calibration.fitting import Reliability

WIDTH, HEIGHT = 560, 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 24, 86, 60
_INK, _FAINT = "#222222", "#dddddd"
_SERIES = (("the score as it is", "#8a4fbf"), ("isotonic", "#1f6fc0"), ("Platt", "#b04a12"))


def reliability_plot(reliability: Reliability) -> str:
    """Return an SVG document: of each bin, the mean of what was said and the share that was so, with its bounds.

    On the diagonal lies what is calibrated. The bars hold together with the confidence of the calibration.
    """
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "role": "img",
            "font-family": "sans-serif",
        },
    )
    ET.SubElement(svg, "title").text = "Reliability: what was said against what was so"
    _add(svg, "rect", x=0, y=0, width=WIDTH, height=HEIGHT, fill="#ffffff")
    _text(svg, _LEFT, 24, "Reliability on items that no fit saw", "start", size=16)
    for tenth in range(0, 11, 2):
        place, label = tenth / 10, f"{10 * tenth} %"
        _add(svg, "line", x1=_x(0), x2=_x(1), y1=_y(place), y2=_y(place), stroke=_FAINT)
        _add(svg, "line", x1=_x(place), x2=_x(place), y1=_y(0), y2=_y(1), stroke=_FAINT)
        _text(svg, _x(0) - 8, _y(place) + 4, label, "end")
        _text(svg, _x(place), _y(0) + 20, label, "middle")
    diagonal = _add(svg, "line", x1=_x(0), x2=_x(1), y1=_y(0), y2=_y(1), stroke=_INK)
    diagonal.set("stroke-dasharray", "5 4")
    _text(svg, (_x(0) + _x(1)) / 2, HEIGHT - 14, "said", "middle")
    upwards = _text(svg, 0, 0, "so", "middle")
    upwards.set("transform", f"translate(20 {(_y(0) + _y(1)) / 2}) rotate(-90)")
    errors = (reliability.score, reliability.isotonic, reliability.platt)
    for number, ((name, colour), error) in enumerate(zip(_SERIES, errors, strict=True)):
        at = _LEFT + number * 160
        _add(svg, "circle", cx=at + 6, cy=52, r=4, fill=colour)
        _text(svg, at + 16, 56, name, "start")
        _text(svg, at + 16, 72, f"error {error.value:.3f}", "start", size=11)
        # The three stand a little beside each other, so that their bars can be told apart.
        _draw(svg, error.bins, colour, (number - 1) * 3.0)
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


def _draw(svg: ET.Element, bins: tuple[Bin, ...], colour: str, aside: float) -> None:
    for one in bins:
        x = round(_x(one.said) + aside, 2)
        if one.low is not None and one.high is not None:
            _add(svg, "line", x1=x, x2=x, y1=_y(one.low), y2=_y(one.high), stroke=colour)
        _add(svg, "circle", cx=x, cy=_y(one.found), r=3.2, fill=colour)


def _x(share: float) -> float:
    return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * share, 2)


def _y(share: float) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share, 2)


def _add(svg: ET.Element, tag: str, **attributes: float | str) -> ET.Element:
    return ET.SubElement(svg, tag, {name: str(value) for name, value in attributes.items()})


def _text(svg: ET.Element, x: float, y: float, words: str, anchor: str, size: int = 13) -> ET.Element:
    text = ET.SubElement(
        svg, "text", {"x": str(x), "y": str(y), "text-anchor": anchor, "font-size": str(size), "fill": _INK}
    )
    text.text = words
    return text
