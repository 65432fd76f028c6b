"""Frames at 15 a second, as the published pipeline chooses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.content.video import Frame
from tutela.detection.fingerprints.video.frame_choice import at_rate


def frames(times: Sequence[float]) -> Iterator[Frame]:
    return (Frame(number, seconds, Mock()) for number, seconds in enumerate(times))


def chosen(times: Sequence[float], rate: Fraction) -> list[tuple[int, int]]:
    return [(frame.number, count) for frame, count in at_rate(frames(times), rate, 15)]


@pytest.mark.parametrize(("given_frames", "published"), [(564, 284), (614, 309), (206, 105)])
def test_as_many_as_the_published_values_were_made_of(given_frames: int, published: int) -> None:
    found = chosen([n / 30 for n in range(given_frames)], Fraction(30))
    assert sum(count for _, count in found) == published
    assert found[:6] == [(0, 1), (1, 1), (2, 1), (3, 1), (5, 1), (7, 1)]


def test_at_its_own_rate_each_counts_once() -> None:
    assert chosen([n / 15 for n in range(50)], Fraction(15)) == [(n, 1) for n in range(50)]


def test_a_slow_video_repeats_its_frames_and_a_gap_the_one_before_it() -> None:
    found = chosen([n / 5 for n in range(20)], Fraction(5))
    assert {count for _, count in found[1:-1]} == {3}
    assert sum(count for _, count in found) == 60
    gap = chosen([0, 1 / 15, 2 / 15, 2.0, 2.0 + 1 / 15], Fraction(15))
    assert [number for number, _ in gap] == [0, 1, 2, 2, 3, 4]
    assert sum(count for _, count in gap) == pytest.approx(32, abs=1)


@given(st.integers(1, 120), st.integers(1, 400))
def test_it_lasts_as_long_as_the_video(rate: int, count: int) -> None:
    found = chosen([n / rate for n in range(count)], Fraction(rate))
    # Three more at most come of the slack before frames begin to be dropped.
    assert abs(sum(times for _, times in found) - count * 15 / rate) <= 3
    assert [number for number, _ in found] == sorted(number for number, _ in found)
    assert all(times > 0 for _, times in found)
