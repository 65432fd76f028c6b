"""Kappa against published examples, against another way to count it, and as a law."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.interval import exact_rate
from tutela.statistics.quality.agreement import Agreement, Pair, WhyUndefined, agreement
from tutela.statistics.quality.drops import agrees_too_little, below, has_dropped
from tutela.statistics.quality.kappa_bounds import kappa_bounds


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
    assert found.low == pytest.approx(kappa - 1.96 * error, abs=0.035)
    assert found.high == pytest.approx(kappa + 1.96 * error, abs=0.035)
    many = agreement(pairs_of([[20 * n for n in row] for row in table]))
    assert many.low == pytest.approx(kappa - 1.96 * error / math.sqrt(20), abs=0.005)
    assert many.high == pytest.approx(kappa + 1.96 * error / math.sqrt(20), abs=0.005)


TABLES = st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=3, max_size=3).filter(
    lambda t: sum(map(sum, t)) > 0
)


def by_slopes(table: list[list[int]]) -> tuple[float, float]:
    """Return kappa and its standard error in large samples, by differences of the formula itself."""
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
def test_kappa_is_what_the_formula_says_and_lies_within_its_bounds(table: list[list[int]]) -> None:
    found = agreement(pairs_of(table))
    assert found.pairs == sum(map(sum, table))
    if found.kappa is None:
        assert found.undefined is WhyUndefined.ONE_ANSWER
        return
    assert found.kappa == pytest.approx(by_slopes(table)[0], abs=1e-4)
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= found.kappa <= found.high <= 1
    assert found.low < found.high


@pytest.mark.parametrize(
    "table",
    [[[600, 90, 30], [60, 500, 20], [30, 40, 200]], [[900, 100], [200, 800]], [[1800, 60], [50, 90]]],
)
def test_the_bounds_of_a_large_sample_are_those_of_its_error(table: list[list[int]]) -> None:
    found = agreement(pairs_of(table))
    kappa, error = by_slopes(table)
    assert found.low == pytest.approx(kappa - 1.96 * error, abs=0.3 * error)
    assert found.high == pytest.approx(kappa + 1.96 * error, abs=0.3 * error)


@pytest.mark.parametrize("size", [10, 22, 50, 200])
@pytest.mark.parametrize(
    ("margins", "kappa", "weights"),
    [
        ((0.5, 0.5), 0.6, (1, 1)),
        ((0.9, 0.1), 0.6, (1, 1)),
        ((0.9, 0.1), 0.6, (5, 2.5)),
        ((0.95, 0.05), 0.8, (1, 1)),
        ((0.9, 0.07, 0.03), 0.6, (1, 1, 1)),
        ((0.9, 0.07, 0.03), 0.95, (5, 2.5, 1)),
    ],
)
def test_the_bounds_hold_as_often_as_they_say(
    size: int, margins: tuple[float, ...], kappa: float, weights: tuple[float, ...]
) -> None:
    """Samples of two people whose kappa is known; one in which all gave one answer has no bounds, and is left out."""
    answers = len(margins)
    shares = ((1 - kappa) * np.outer(margins, margins) + kappa * np.diag(margins)) / np.reshape(weights, (answers, 1))

    @cache
    def within(counts: tuple[int, ...]) -> bool | None:
        table = np.reshape(counts, (answers, answers))
        if table.max() == size and table.trace() == size:
            return None
        cells = {(i, j): [weights[i]] * int(table[i, j]) for i, j in np.ndindex(table.shape) if table[i, j]}
        heavy = table * np.reshape(weights, (answers, 1))
        heavy = heavy / heavy.sum()
        chance = float(heavy.sum(axis=0) @ heavy.sum(axis=1))
        seen = (heavy.trace() - chance) / (1 - chance)
        low, high = kappa_bounds(cells, 0.95, 11, draws=600)
        return bool(min(low, seen) <= kappa <= max(high, seen))

    drawn = np.random.default_rng(22).multinomial(size, shares.ravel() / shares.sum(), 400)
    held = [found for row in drawn if (found := within(tuple(row.tolist()))) is not None]
    assert sum(held) / len(held) >= 0.93


@pytest.mark.parametrize(
    ("table", "weights"),
    [
        # Drawn at 20 % of "known" and 40 % of "not": the two that once raised a finding.
        ([[19, 1], [2, 0]], (5, 2.5)),
        ([[20, 1], [1, 0]], (5, 2.5)),
        ([[19, 1], [2, 0]], (1, 1)),
        ([[19, 3], [0, 0]], (1, 1)),
        ([[19, 1, 1], [1, 0, 0], [0, 0, 0]], (1, 1, 1)),
        ([[20, 1], [1, 0]], (1, 1)),
        ([[20, 2], [0, 0]], (1, 1)),
        ([[20, 1, 1], [0, 0, 0], [0, 0, 0]], (1, 1, 1)),
    ],
)
def test_a_few_skewed_pairs_with_an_empty_cell_do_not_rule_out_agreement(
    table: list[list[int]], weights: tuple[float, ...]
) -> None:
    found = agreement(Pair(p.first, p.second, weights[int(str(p.first))]) for p in pairs_of(table))
    assert found.high is not None
    assert found.high > 0.6
    assert not agrees_too_little(found, 0.6, 20)


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
        assert one.kappa == pytest.approx(other.kappa)
        assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=0.06)


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
    assert 0.4 < found.low < 0.7
    differing = agreement([Pair("known", "not")] * 3)
    assert differing.kappa == 0
    assert differing.high is not None
    assert differing.high > 0.1


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
