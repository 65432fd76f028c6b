"""Kappa against published examples, against another way to count it, and as a law."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from tutela.statistics.interval import exact_rate
from tutela.statistics.quality.agreement import Agreement, Pair, WhyUndefined, agreement
from tutela.statistics.quality.drops import agrees_too_little, below, has_dropped


def pairs_of(table: list[list[int]]) -> list[Pair]:
    """Return the pairs that a square table of counts holds; the first answer is its row."""
    return [
        Pair(row, column)
        for row, counts in enumerate(table)
        for column, number in enumerate(counts)
        for _ in range(number)
    ]


@pytest.mark.parametrize(
    ("table", "kappa", "error"),
    [
        # Fleiss, Cohen and Everitt 1969, the example of 200 diagnoses.
        ([[106, 10, 4], [22, 28, 10], [2, 12, 6]], 0.429, 0.0537),
        # Fleiss, Statistical Methods for Rates and Proportions, 2nd ed. 1981, table 13.1: 100 patients.
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.6765, 0.0877),
    ],
)
def test_published_examples(table: list[list[int]], kappa: float, error: float) -> None:
    found = agreement(pairs_of(table))
    assert found.kappa == pytest.approx(kappa, abs=0.005)
    assert found.high is not None
    assert found.low is not None
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(error, abs=0.0006)


TABLES = st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=3, max_size=3).filter(
    lambda t: sum(map(sum, t)) > 0
)


def by_slopes(table: list[list[int]]) -> tuple[float, float]:
    """Return kappa and its standard error, by differences of the formula itself instead of by its derivative."""
    counts = np.array(table, dtype=float)
    size = counts.sum()

    def kappa(shares: np.ndarray) -> float:
        shares = shares / shares.sum()
        chance = float(shares.sum(axis=1) @ shares.sum(axis=0))
        return (float(np.trace(shares)) - chance) / (1 - chance)

    shares = counts / size
    slopes = np.zeros_like(shares)
    for at in np.ndindex(shares.shape):
        step = np.zeros_like(shares)
        step[at] = 1e-6
        slopes[at] = (kappa(shares + step) - kappa(shares)) / 1e-6
    variance = (float((slopes**2 * shares).sum()) - float((slopes * shares).sum()) ** 2) / size
    return kappa(shares), math.sqrt(max(0.0, variance))


@given(table=TABLES)
def test_kappa_and_its_error_are_what_the_formula_says(table: list[list[int]]) -> None:
    found = agreement(pairs_of(table))
    assert found.pairs == sum(map(sum, table))
    if found.kappa is None:
        assert found.undefined is WhyUndefined.ONE_ANSWER
        return
    kappa, error = by_slopes(table)
    assert found.kappa == pytest.approx(kappa, abs=1e-4)
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= found.kappa <= found.high <= 1
    if error > 1e-3 and found.low > -1 and found.high < 1:
        assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(error, rel=0.01, abs=1e-4)


@given(table=TABLES, factor=st.floats(0.1, 50))
def test_only_the_proportion_of_weights_counts(table: list[list[int]], factor: float) -> None:
    plain = agreement(pairs_of(table))
    heavy = agreement(Pair(p.first, p.second, factor) for p in pairs_of(table))
    assert (heavy.undefined, heavy.observed) == (plain.undefined, plain.observed)
    if plain.kappa is not None:
        assert (heavy.kappa, heavy.low, heavy.high) == pytest.approx((plain.kappa, plain.low, plain.high))


@given(table=TABLES)
def test_who_comes_first_does_not_matter(table: list[list[int]]) -> None:
    turned = [[table[row][column] for row in range(3)] for column in range(3)]
    one, other = agreement(pairs_of(table)), agreement(pairs_of(turned))
    assert one.undefined == other.undefined
    if one.kappa is not None:
        assert (one.kappa, one.low, one.high) == pytest.approx((other.kappa, other.low, other.high))


def test_weights_undo_how_the_sample_was_drawn() -> None:
    """A hundred decisions of each kind, of which "not" are drawn ten times as often: kappa is that of all."""
    every = [[90, 10], [20, 80]]
    drawn = [Pair(0, 0, 10)] * 9 + [Pair(0, 1, 10)] * 1 + [Pair(1, 0)] * 20 + [Pair(1, 1)] * 80
    weighed, whole, blind = (
        agreement(drawn),
        agreement(pairs_of(every)),
        agreement(Pair(p.first, p.second) for p in drawn),
    )
    assert weighed.kappa == pytest.approx(whole.kappa)
    assert blind.kappa != pytest.approx(whole.kappa, abs=0.1)
    assert weighed.low is not None
    assert whole.low is not None
    assert weighed.low < whole.low


def test_where_there_is_no_kappa() -> None:
    assert agreement([]).undefined is WhyUndefined.NOTHING
    one_answer = agreement([Pair("not", "not")] * 50)
    assert one_answer.kappa is None
    assert one_answer.undefined is WhyUndefined.ONE_ANSWER
    assert one_answer.observed is not None
    assert one_answer.observed.rate == 1
    with pytest.raises(ValueError, match="above 0"):
        Pair(1, 1, 0)


def test_ten_that_agree_prove_little() -> None:
    """The large-sample error is 0 where all agree; the bounds are not."""
    found = agreement([Pair("known", "known")] * 5 + [Pair("not", "not")] * 5)
    assert (found.kappa, found.high) == (1, 1)
    assert found.low is not None
    exact = binomtest(10, 10).proportion_ci(method="exact").low
    assert found.low == pytest.approx((exact - 0.5) / 0.5)
    assert agreement([Pair("known", "not")] * 3).high == pytest.approx(binomtest(0, 3).proportion_ci().high, abs=1e-9)


def test_a_small_sample_raises_nothing() -> None:
    def so(agree: int, differ: int) -> Agreement:
        return agreement([Pair(1, 1)] * agree + [Pair(0, 0)] * agree + [Pair(1, 0)] * differ)

    assert not agrees_too_little(so(2, 3), 0.6, 20)
    assert not agrees_too_little(so(2, 3), 0.99, 20)
    assert agrees_too_little(so(60, 90), 0.6, 20)
    assert not agrees_too_little(agreement([]), 0.6, 20)
    assert not below(exact_rate(1, 2), 0.98, 1)
    assert not below(exact_rate(0, 19), 0.9, 20)
    assert below(exact_rate(50, 100), 0.9, 20)
    assert not below(exact_rate(0, 0), 0.9, 1)
    assert not has_dropped(exact_rate(9, 10), exact_rate(6, 10))
    assert has_dropped(exact_rate(90, 100), exact_rate(60, 100))
    assert not has_dropped(None, exact_rate(60, 100))
