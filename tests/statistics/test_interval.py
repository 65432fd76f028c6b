"""Confidence bounds against published values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.interval import exact_rate


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [
        # 0 of n and n of n have closed forms: 1 - (alpha/2)^(1/n).
        (0, 10, 0.0, 1 - 0.025**0.1),
        (10, 10, 0.025**0.1, 1.0),
        (0, 1, 0.0, 0.975),
        (1, 1, 0.025, 1.0),
        # Clopper and Pearson as tabulated by Newcombe (Statistics in Medicine 17, 1998, table I, method 5).
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_known_values(numerator: int, denominator: int, low: float, high: float) -> None:
    rate = exact_rate(numerator, denominator)
    assert rate is not None
    assert rate.rate == numerator / denominator
    assert rate.low == pytest.approx(low, abs=6e-5)
    assert rate.high == pytest.approx(high, abs=6e-5)
    assert rate.confidence == 0.95


def test_nothing_of_nothing_has_no_rate() -> None:
    assert exact_rate(0, 0) is None


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 5), (6, 5), (1, 0)])
def test_what_is_no_rate(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        exact_rate(numerator, denominator)


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_bounds_enclose_the_rate(pair: tuple[int, int]) -> None:
    rate = exact_rate(*pair)
    assert rate is not None
    assert 0 <= rate.low <= rate.rate <= rate.high <= 1
    wider = exact_rate(*pair, confidence=0.99)
    assert wider is not None
    assert wider.low <= rate.low
    assert rate.high <= wider.high
