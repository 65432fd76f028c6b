"""Bounds of the rate of false matches: known values, and that they hold where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tutela.detection.error_rates import against, coin_flips, mean_over_groups, pair_bound, split
from tutela.detection.false_matches import Hits


def hits_of(pairs: list[tuple[int, int]]) -> Hits:
    item, entry = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    return Hits(item, entry, np.zeros(len(pairs), np.int64), np.zeros(len(pairs), np.int64))


@pytest.mark.parametrize("sources", [2, 3, 20, 349, 21926])
def test_without_a_hit_the_bound_is_that_of_half_as_many_coins(sources: int) -> None:
    assert pair_bound(0.0, sources) == pytest.approx(1 - 0.05 ** (1 / (sources // 2)))


@given(st.floats(0, 1), st.integers(2, 10_000))
def test_the_bound_lies_above_the_mean_and_falls_with_more_sources(mean: float, sources: int) -> None:
    bound = pair_bound(mean, sources)
    assert mean <= bound <= 1
    assert pair_bound(mean, 2 * sources) <= bound
    assert pair_bound(mean, sources, 0.99) >= bound


def test_the_bound_holds_though_pairs_depend_on_each_other() -> None:
    # Two pictures hit where both are of the same of 40 sorts: the true rate is 1/40, and pairs depend on each other.
    sources, sorts, failed, naive_failed, runs = 60, 40, 0, 0, 400
    random = np.random.default_rng(0)
    for _ in range(runs):
        sizes = np.bincount(random.integers(0, sorts, sources))
        pairs = sources * (sources - 1)
        mean = float((sizes * (sizes - 1)).sum() / pairs)
        failed += pair_bound(mean, sources) < 1 / sorts
        naive_failed += mean + 1.645 * np.sqrt(mean * (1 - mean) / pairs) < 1 / sorts
    assert failed <= 0.05 * runs
    # What makes the care worth it: treating ordered pairs as independent fails far more often than it says.
    assert naive_failed > 0.05 * runs


@pytest.mark.parametrize(
    ("mean", "sources", "confidence"), [(0.0, 1, 0.95), (-0.1, 9, 0.95), (1.1, 9, 0.95), (0.0, 9, 1.0)]
)
def test_no_bound_from_nonsense(mean: float, sources: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="no bound"):
        pair_bound(mean, sources, confidence)


@given(st.integers(0, 2**32), st.integers(4, 40))
def test_the_list_and_the_scanned_share_no_group(seed: int, names: int) -> None:
    groups = np.random.default_rng(seed).integers(0, names, 200)
    every = [(a, b) for a in range(0, 200, 7) for b in range(0, 200, 3) if groups[a] != groups[b]]
    parts = split(groups, hits_of(every), seed)
    there = len(set(groups.tolist()))
    assert parts.groups == there - there // 2
    assert parts.entries + parts.items == 200
    # Every seventh picture is an item that hits some entry of each other group; those of the list do not count.
    assert parts.hit_items <= len(range(0, 200, 7))
    assert parts.hit_groups <= min(parts.groups, parts.hit_items)


def test_an_item_with_many_hits_counts_once_and_only_against_the_list() -> None:
    groups: NDArray[np.int64] = np.array([0, 0, 1, 1])
    both_ways = hits_of([(0, 2), (0, 3), (1, 2), (2, 0), (2, 1), (3, 0)])
    parts = split(groups, both_ways, seed=0)
    assert (parts.entries, parts.items, parts.groups) == (2, 2, 1)
    assert (parts.hit_items, parts.hit_groups) == (2, 1)
    assert split(groups, hits_of([]), seed=0).hit_items == 0


def test_each_pair_of_groups_weighs_the_same() -> None:
    groups = np.array([0, 1, 1, 1, 1, 2])
    # Item 0 hits 2 of the 4 of group 1, and everything of group 2; of 6 ordered pairs of groups.
    assert mean_over_groups(groups, hits_of([(0, 1), (0, 2), (0, 5)])) == pytest.approx((2 / 4 + 1) / 6)
    assert mean_over_groups(groups, hits_of([])) == 0
    with pytest.raises(ValueError, match="two groups"):
        mean_over_groups(np.zeros(3, np.int64), hits_of([]))


def test_a_longer_list_is_so_many_shorter_ones() -> None:
    assert against(0.001, 1000, 1000) == 0.001
    assert against(0.001, 1000, 1001) == pytest.approx(0.002)
    assert against(0.001, 1000, 500) == 0.001
    assert against(0.001, 1000, 10**9) == 1
    with pytest.raises(ValueError, match="at least one entry"):
        against(0.1, 0, 10)


def test_fair_coins() -> None:
    chances = coin_flips(256)
    assert chances.sum() == pytest.approx(1)
    assert (chances == chances[::-1]).all()
    assert chances[0] == 2.0**-256
    assert chances[:32].sum() == pytest.approx(8.28e-38, rel=0.01)
