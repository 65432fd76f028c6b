"""What a search finds, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Found(NamedTuple):
    """Pairs within a threshold, in no order: number of the query, row, distance (int64)."""

    query: NDArray[np.uint32]
    row: NDArray[np.uint32]
    distance: NDArray[np.int64]


NOTHING = Found(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.int64))


class FoundEntries(NamedTuple):
    """Pairs within a threshold, by query, then nearest first, then by entry: each entry once a query."""

    query: NDArray[np.uint32]
    entry: NDArray[np.uint64]
    distance: NDArray[np.int64]
    label: NDArray[np.uint32]
    enabled: NDArray[np.bool_]


def as_queries(queries: Sequence[bytes], width: int) -> NDArray[np.uint8]:
    """Return queries as rows, (n, width); raises ValueError if one has another length."""
    for query in queries:
        if len(query) != width:
            raise ValueError(f"a query has {len(query)} bytes, not {width}")
    return np.frombuffer(b"".join(queries), np.uint8).reshape(len(queries), width)
