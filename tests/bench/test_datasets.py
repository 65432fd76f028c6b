from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.datasets import RADIUS, balanced, flipped, multiplied, queries, source, uniform, write_entries


@given(st.integers(0, 2**32), st.lists(st.integers(0, 256), min_size=1, max_size=20))
def test_flips_are_as_many_different_bits_as_asked(seed: int, flips: list[int]) -> None:
    generator = np.random.default_rng(seed)
    values = uniform(len(flips), generator)
    changed = flipped(values, np.array(flips), generator)
    assert np.bitwise_count(values ^ changed).sum(axis=1).tolist() == flips


def test_balanced_entries_have_half_their_bits_set() -> None:
    drawn = balanced(500, np.random.default_rng(1))
    assert set(np.bitwise_count(drawn).sum(axis=1).tolist()) == {128}
    assert len({value.tobytes() for value in drawn}) == 500


def test_multiplied_entries_are_near_what_they_come_from_and_near_one_another() -> None:
    real = uniform(10, np.random.default_rng(2))
    drawn = multiplied(real)(1000, np.random.default_rng(3))
    nearest = np.bitwise_count(drawn[:, None] ^ real[None]).sum(axis=2, dtype=np.int64).min(axis=1)
    # A quarter, an eighth, a sixteenth and a thirty-second of 256 bits on average.
    assert 25 < nearest.mean() < 35
    assert nearest.min() < 8
    assert nearest.max() > 56


def test_entries_and_queries_follow_from_the_seed_and_one_in_ten_is_planted(tmp_path: Path) -> None:
    origin = source("uniform")
    first, again = (write_entries(tmp_path / name, origin, 30_000, 7) for name in ("a.npy", "b.npy"))
    other = write_entries(tmp_path / "c.npy", origin, 30_000, 8)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    asked = queries(origin, first, 1000, 7)
    assert np.array_equal(asked.values, queries(origin, first, 1000, 7).values)
    planted = asked.entry >= 0
    assert planted.reshape(-1, 10).sum(axis=1).tolist() == [1] * 100
    distance = np.bitwise_count(asked.values[planted] ^ first[asked.entry[planted]]).sum(axis=1)
    assert np.array_equal(distance, asked.flips[planted])
    assert 0 <= distance.min() <= distance.max() <= RADIUS


def test_strangers_of_clustered_entries_come_from_other_photographs() -> None:
    real = np.concatenate([np.zeros((5, 32), np.uint8), np.full((5, 32), 255, np.uint8)])
    origin = source("clustered", real)
    assert np.bitwise_count(origin.entries(100, np.random.default_rng(4))).sum(axis=1).mean() < 60
    assert np.bitwise_count(origin.strangers(100, np.random.default_rng(4))).sum(axis=1).mean() > 190


def test_clustered_entries_without_real_fingerprints_are_refused() -> None:
    with pytest.raises(ValueError, match="--photographs"):
        source("clustered")
