"""What the vector indexes keep to beyond the contract: many blocks, rounding at the edge, values that are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.detection.matching.metrics import COSINE, direction
from tutela.detection.matching.index import Hit
from tutela.detection.matching.memory import MemoryIndex
from tutela.detection.matching.shape import Shape


def euclidean(values: Sequence[bytes], length: int) -> MemoryIndex:
    return MemoryIndex.of(Shape("bytes", "euclidean", length), ((n, v, "", True) for n, v in enumerate(values, 1)))


def cosine(values: Sequence[bytes], length: int) -> MemoryIndex:
    return MemoryIndex.of(Shape("vectors", "cosine", length), ((n, v, "", True) for n, v in enumerate(values, 1)))


@pytest.mark.parametrize("length", [259, 1280])
def test_the_lengths_for_which_float32_products_are_exact(length: int) -> None:
    with pytest.raises(ValueError, match="1 to 258"):
        euclidean([], length)


def test_distances_of_many_blocks_are_those_of_whole_numbers() -> None:
    generator = np.random.default_rng(1)
    # Bright values too: their squares and products come near to the largest that float32 holds.
    rows = np.concatenate(
        [generator.integers(0, 256, (15_000, 144)), generator.integers(250, 256, (5_000, 144))]
    ).astype(np.uint8)
    queries = np.concatenate([rows[::2500], 255 - rows[::2500]])
    index = euclidean([row.tobytes() for row in rows], 144)
    whole = ((rows[None].astype(np.int64) - queries[:, None]) ** 2).sum(axis=2)
    for threshold in (0, 3000, int(np.median(whole)), 144 * 255**2):
        found = index.search([q.tobytes() for q in queries], threshold)
        expected = [sorted((int(d), n + 1) for n, d in enumerate(of) if d <= threshold) for of in whole]
        assert [[(hit.distance, hit.entry) for hit in hits] for hits in found] == expected


def test_cosine_distances_of_many_blocks_are_those_of_float64() -> None:
    generator = np.random.default_rng(2)
    centres = generator.standard_normal((20, 128))
    rows = np.repeat(centres, 1000, axis=0) + generator.standard_normal((20_000, 128)) * generator.random((20_000, 1))
    values = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype("<f4")
    index = cosine([value.tobytes() for value in values], 512)
    wide = values.astype(np.longdouble)
    wide /= np.sqrt((wide**2).sum(axis=1, keepdims=True))
    distances = np.rint(1_000_000 * (1 - wide[::1500] @ wide.T)).astype(np.int64)
    for threshold in (0, 1000, 250_000):
        found = index.search([value.tobytes() for value in values[::1500]], threshold)
        expected = [sorted((int(d), n + 1) for n, d in enumerate(of) if d <= threshold) for of in distances]
        assert [[(hit.distance, hit.entry) for hit in hits] for hits in found] == expected


def test_a_sum_that_float32_gets_wrong_is_decided_exactly() -> None:
    # 4,095 small terms that vanish one after another beside the first in float32.
    numbers = [1.0, *([2e-4] * 4095)]
    one, other = direction(numbers), direction([1.0, *([0.0] * 4095)])
    distance = COSINE.distance(one, other)
    index = cosine([one], 4 * 4096)
    assert index.search([other], distance) == [[Hit(distance, 1)]]
    assert index.search([other], distance - 1) == [[]]


@pytest.mark.parametrize("bad", [[0.0] * 4, [float("nan")] * 4, [float("inf"), 0, 0, 0], [3e38] * 4, [1e-20, 0, 0, 0]])
def test_what_is_no_direction_is_refused(bad: list[float]) -> None:
    value, good = np.array(bad, "<f4").tobytes(), direction([1.0, 2.0, 0.0, 0.0])
    with pytest.raises(ValueError, match="value 1 is no direction"):
        cosine([good, value], 16)
    with pytest.raises(ValueError, match="a query is no direction"):
        cosine([good], 16).search([good, value], 5)


@pytest.mark.parametrize("length", [4, 6, 17, 4 * 65_537])
def test_lengths_that_no_vector_has_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match="2 to 65,536 values"):
        cosine([], length)
