"""Charts are well-formed, hold what is told, and put marks where the axis says."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.publishing.charts import Axis, Mark, Row, chart

SVG = "{http://www.w3.org/2000/svg}"
AXIS = Axis(0, 100, [(0, "0"), (100, "100")])


@given(st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=30))
def test_a_label_is_text_whatever_it_holds(label: str) -> None:
    root = Xml.fromstring(chart([Row(label, [[Mark("dot", 5)]])], AXIS, [("dot", label)]))
    assert [t.text or "" for t in root.iter(f"{SVG}text")].count(label) >= 2


@given(st.lists(st.floats(0, 100), min_size=2, max_size=5, unique=True))
def test_marks_stand_in_the_order_of_their_values(values: list[float]) -> None:
    root = Xml.fromstring(chart([Row("x", [[Mark("dot", v) for v in values]])], AXIS, []))
    places = [float(c.attrib["cx"]) for c in root.iter(f"{SVG}circle")]
    assert [p for _, p in sorted(zip(values, places, strict=True))] == sorted(places)


def test_a_bar_without_an_end_reaches_the_end_and_has_an_arrow() -> None:
    root = Xml.fromstring(chart([Row("x", [[Mark("bar", 40)], [Mark("bar", 40, 60)]])], AXIS, []))
    open_bar, closed = root.findall(f"{SVG}rect")
    assert float(open_bar.attrib["width"]) == pytest.approx(3 * float(closed.attrib["width"]), rel=1e-3)
    assert len(root.findall(f"{SVG}polygon")) == 1


def test_a_logarithmic_axis_gives_each_doubling_the_same_room() -> None:
    axis = Axis(1, 8, [], logarithmic=True)
    assert [round(axis.at(v), 6) for v in (1, 2, 4, 8)] == [0, round(1 / 3, 6), round(2 / 3, 6), 1]
    with pytest.raises(ValueError, match="begins above 0"):
        Axis(0, 8, [], logarithmic=True)
