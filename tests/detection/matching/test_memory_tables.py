"""Counting what lies within a radius, against comparing with every value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.detection.compiled import COMPILED
from tutela.detection.matching import memory_tables
from tutela.detection.matching.memory_tables import MemoryTables


@pytest.fixture(params=["compiled", "numpy"], autouse=True, scope="module")
def way(request: pytest.FixtureRequest) -> object:
    if request.param == "compiled" and not COMPILED:
        pytest.skip("the compiled part is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory_tables, "COMPILED", request.param == "compiled")
        yield


@given(st.integers(0, 2**32), st.integers(0, 63), st.integers(0, 300))
def test_all_within_the_radius_are_counted_and_none_beyond(seed: int, radius: int, count: int) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(0, 256, (count, 32), dtype=np.uint8)
    queries = random.integers(0, 256, (20, 32), dtype=np.uint8)
    if count:
        # Round the radius: as many bits turned as it has, one fewer and one more.
        for query, source in enumerate(random.integers(0, count, 15)):
            bits = np.unpackbits(values[source])
            turned = max(0, radius + query % 3 - 1)
            bits[random.choice(256, turned, replace=False)] ^= 1
            queries[query] = np.packbits(bits)
    expected = int((np.bitwise_count(queries[:, None] ^ values[None]).sum(axis=2) <= radius).sum())
    tables = MemoryTables(values)
    assert len(tables) == count
    assert tables(queries, radius) == expected


def test_values_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        MemoryTables(np.zeros((3, 16), np.uint8))
