"""Values as real fingerprints lie: some at random, some near others, some equal, some of few different chunks."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

WIDTH = 32


def flipped(value: NDArray[np.uint8], bits: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a value with exactly `bits` other bits."""
    flat = np.unpackbits(value)
    flat[rng.choice(len(flat), bits, replace=False)] ^= 1
    return np.packbits(flat)


def clustered(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return `count` values, (count, 32): around few centres, at 0 to 70 bits from them, and some at random."""
    centres = rng.integers(0, 256, (max(1, count // 20), WIDTH), dtype=np.uint8)
    # Values whose chunks are all alike fill one bucket of every table.
    centres[: len(centres) // 3] = np.tile(rng.integers(0, 256, 2, dtype=np.uint8), 16)
    values = [
        rng.integers(0, 256, WIDTH, dtype=np.uint8)
        if rng.random() < 0.1
        else flipped(centres[rng.integers(len(centres))], int(rng.integers(0, 71)), rng)
        for _ in range(count)
    ]
    return np.array(values, np.uint8).reshape(count, WIDTH)


def expected(values: NDArray[np.uint8], queries: NDArray[np.uint8], radius: int) -> list[tuple[int, int, int]]:
    """Return (query, row, distance) within the radius, by comparing everything, sorted."""
    found = []
    for number, query in enumerate(queries):
        distance = np.unpackbits(values ^ query, axis=1).sum(axis=1)
        found += [(number, int(row), int(distance[row])) for row in np.flatnonzero(distance <= radius)]
    return sorted(found)


seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)
