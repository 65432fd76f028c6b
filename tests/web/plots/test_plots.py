"""Plots: round numbers on the axis, nothing outside the frame, heights in proportion."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.interval import exact_rate
from tutela.web.plots.columns import Series, columns, line
from tutela.web.plots.frame import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, nice_ticks, x_labels
from tutela.web.plots.ranges import ranges

VALUES = st.lists(st.integers(0, 10**7), min_size=1, max_size=40)


@given(st.floats(0, 1e12))
def test_ticks_begin_at_0_hold_the_value_and_are_even_and_few(highest: float) -> None:
    ticks = nice_ticks(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest * (1 - 1e-9)
    assert 2 <= len(ticks) <= 8
    steps = {round((b - a) / ticks[1], 6) for a, b in pairwise(ticks)}
    assert steps == {1.0}
    if highest > 3:
        assert all(tick == int(tick) for tick in ticks)


@pytest.mark.parametrize("bad", [-1, math.inf, math.nan])
def test_what_is_no_end_of_an_axis(bad: float) -> None:
    with pytest.raises(ValueError, match="axis"):
        nice_ticks(bad)


@given(
    st.integers(1, 30).flatmap(
        lambda n: st.lists(st.lists(st.integers(0, 5000), min_size=n, max_size=n), min_size=1, max_size=3)
    )
)
def test_columns_stand_on_the_ground_within_the_frame_and_in_proportion(rows: list[list[int]]) -> None:
    series = [Series(f"s{n}", f"s{n}", tuple(row)) for n, row in enumerate(rows)]
    plot = columns([str(n) for n in range(len(rows[0]))], series)
    assert plot.total == sum(map(sum, rows))
    assert len(plot.rects) == sum(value > 0 for row in rows for value in row)
    for rect in plot.rects:
        assert rect.x >= LEFT
        assert rect.x + rect.width <= WIDTH
        assert rect.y >= TOP - 0.11
        assert rect.y + rect.height <= HEIGHT - BOTTOM + 0.11
    tallest = max(map(sum, zip(*rows, strict=True)))
    if tallest:
        drawn = sum(rect.height for rect in plot.rects)
        top = float(plot.y[-1].text.replace(",", ""))
        assert drawn == pytest.approx((HEIGHT - TOP - BOTTOM) * plot.total / top, abs=0.1 * len(plot.rects) + 0.1)


@given(VALUES)
def test_a_line_has_a_point_for_each_step(values: list[int]) -> None:
    plot = line([str(n) for n in range(len(values))], Series("waiting", "s1", tuple(values)))
    points = [tuple(map(float, point.split(","))) for point in plot.points.split()]
    assert len(points) == len(values)
    assert points == sorted(points)
    highest, lowest = values.index(max(values)), values.index(min(values))
    assert points[highest][1] <= points[lowest][1]


def test_series_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="2 values for 1 steps"):
        columns(["a"], [Series("x", "s1", (1, 2))])


@given(VALUES)
def test_labels_are_few_and_begin_with_the_first(values: list[int]) -> None:
    found = x_labels([str(value) for value in values])
    assert found[0].text == str(values[0])
    assert len(found) <= 8


def test_nothing_to_show_is_an_empty_frame() -> None:
    assert columns([], []).rects == ()
    assert ranges([]).rows == ()


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=6))
def test_a_rate_lies_between_its_bounds_within_the_plot(pairs: list[tuple[int, int]]) -> None:
    rates = [(str(n), exact_rate(min(pair), max(pair))) for n, pair in enumerate(pairs)]
    for row in ranges(rates).rows:
        if row.rate is not None:
            assert 0 <= row.low <= row.at <= row.high <= 100
