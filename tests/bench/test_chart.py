from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.chart import HEIGHT, WIDTH, Line, draw

SVG = "{http://www.w3.org/2000/svg}"


def test_a_chart_shows_every_point_inside_and_names_apart(tmp_path: Path) -> None:
    lines = [
        Line("one", [(1e4, 10.0), (1e7, 100.0)]),
        Line("two", [(1e4, 11.0), (1e7, 101.0)], dashed=True),
        Line("three & more", [(1e4, 3.0)]),
        Line("never measured", []),
    ]
    draw(tmp_path / "chart.svg", "Title <1>", "across", "up", lines)
    root = ET.parse(tmp_path / "chart.svg").getroot()
    circles = root.findall(f".//{SVG}circle")
    assert len(circles) == 5
    for circle in circles:
        assert 0 < float(circle.attrib["cx"]) < WIDTH
        assert 0 < float(circle.attrib["cy"]) < HEIGHT
    names = {t.text: float(t.attrib["y"]) for t in root.iter(f"{SVG}text") if t.attrib.get("class") == "name"}
    assert set(names) == {"one", "two", "three & more"}
    assert abs(names["one"] - names["two"]) > 17
    # The figures stand in the picture as text too, for those who do not see it.
    assert "one: 10 at 10,000, 100 at 10,000,000" in root.findtext(f"{SVG}desc", "")


def test_a_chart_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one to five lines"):
        draw(tmp_path / "chart.svg", "t", "a", "u", [Line("never measured", [])])
