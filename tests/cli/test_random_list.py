"""Counting what lies within a radius in an index of random values, against comparing with every value."""

from __future__ import annotations

import numpy as np
import pytest

from tutela.cli.random_list import near_values
from tutela.detection.matching.shape import Shape


@pytest.mark.parametrize("count", [1, 500, 9000])
def test_all_within_the_radius_are_counted_and_none_beyond(count: int) -> None:
    random = np.random.default_rng(count)
    values = random.integers(0, 256, (count, 32), dtype=np.uint8)
    queries = random.integers(0, 256, (60, 32), dtype=np.uint8)
    for query, source in enumerate(random.integers(0, count, 50)):
        bits = np.unpackbits(values[source])
        # Round the radius: 30, 31 and 32 bits turned.
        bits[random.choice(256, 30 + query % 3, replace=False)] ^= 1
        queries[query] = np.packbits(bits)
    shares: list[float] = []
    with near_values(Shape("pdq", "hamming", 32), values, shares.append) as near:
        for radius in (0, 31, 63):
            apart = np.bitwise_count(queries[:, None] ^ values[None]).sum(axis=2)
            assert near(queries, radius) == int((apart <= radius).sum())
        assert near(queries, 31) >= 34
    assert shares[-1] == 1
