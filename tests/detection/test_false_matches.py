"""Comparing different pictures with each other, against a plain loop over every pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tutela.detection import false_matches
from tutela.detection.false_matches import (
    Pictures,
    TooManyCopies,
    compare,
    count_hits,
    random_values,
    sampled_distances,
)


def made(seed: int, count: int = 30, groups: int = 5, orientations: int = 8, width: int = 8) -> Pictures:
    random = np.random.default_rng(seed)
    values = random.integers(0, 256, (count, orientations, width), dtype=np.uint8)
    return Pictures(values, random.integers(0, groups, count))


def bits_apart(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> int:
    return (int.from_bytes(a.tobytes()) ^ int.from_bytes(b.tobytes())).bit_count()


@given(st.integers(0, 2**32), st.integers(0, 40), st.integers(1, 8))
def test_every_pair_of_two_groups_is_compared_and_no_other(seed: int, count: int, orientations: int) -> None:
    pictures = made(seed, count, orientations=orientations)
    radius = 24
    upright, scanned, hits = np.zeros(65, int), np.zeros(65, int), []
    for item in range(count):
        for entry in range(count):
            if pictures.groups[item] == pictures.groups[entry]:
                continue
            apart = [bits_apart(turned, pictures.values[entry, 0]) for turned in pictures.values[item]]
            scanned[min(apart)] += 1
            upright[apart[0]] += item < entry
            if min(apart) <= radius:
                hits.append((item, entry, min(apart), apart.index(min(apart))))
    told: list[int] = []
    compared = compare(pictures, radius, told.append)
    assert compared.upright.tolist() == upright.tolist()
    assert compared.scanned.tolist() == scanned.tolist()
    found = compared.hits
    rows = zip(*(a.tolist() for a in (found.item, found.entry, found.distance, found.orientation)), strict=True)
    assert list(rows) == hits
    assert sum(told) == count


def test_many_blocks_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = made(1, 200)
    whole = compare(pictures, 24)
    monkeypatch.setattr(false_matches, "_BLOCK", 1000)
    parts = compare(pictures, 24)
    assert parts.scanned.tolist() == whole.scanned.tolist()
    assert (parts.hits.item.tolist(), parts.hits.entry.tolist()) == (
        whole.hits.item.tolist(),
        whole.hits.entry.tolist(),
    )


def test_copies_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(false_matches, "MOST_HITS", 100)
    copies = Pictures(np.zeros((20, 1, 8), np.uint8), np.arange(20))
    with pytest.raises(TooManyCopies, match="copies of each other"):
        compare(copies, 0)


@pytest.mark.parametrize("radius", [-1, 65])
def test_a_radius_beyond_the_bits_is_refused(radius: int) -> None:
    with pytest.raises(ValueError, match="0 to 64 bits"):
        compare(made(1), radius)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Pictures(np.zeros((3, 8, 32), np.uint8), np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="do not fit"):
        Pictures(np.zeros((3, 8, 20), np.uint8), np.zeros(3, np.int64))


def test_hits_are_counted_over_every_orientation_of_every_picture() -> None:
    pictures = made(3, 150)
    asked: list[bytes] = []

    def near(queries: NDArray[np.uint8], radius: int) -> int:
        assert radius == 7
        asked.extend(query.tobytes() for query in queries)
        return len(queries)

    assert count_hits(pictures, near, 7) == 150 * 8
    assert asked == [value.tobytes() for value in pictures.values.reshape(-1, 8)]


def test_random_values_are_those_of_their_seed() -> None:
    first = np.concatenate(list(random_values(2500, 32, 4, block=1000)))
    assert first.shape == (2500, 32)
    assert (first == np.concatenate(list(random_values(2500, 32, 4, block=1000)))).all()
    assert (first != np.concatenate(list(random_values(2500, 32, 5, block=1000)))).any()
    assert abs(np.bitwise_count(first).sum() / (2500 * 256) - 0.5) < 0.005


def test_a_sample_has_as_many_comparisons_as_asked_and_the_spread_of_coins() -> None:
    pictures = made(1, 50, width=32)
    others = np.concatenate(list(random_values(5000, 32, 1)))
    counts = sampled_distances(pictures, others, 250_000, seed=2)
    assert counts.sum() == 250_000
    distances = np.arange(257)
    mean = distances @ counts / counts.sum()
    assert abs(mean - 128) < 0.5
    assert abs((distances - mean) ** 2 @ counts / counts.sum() - 64) < 3
    assert (counts == sampled_distances(pictures, others, 250_000, seed=2)).all()
