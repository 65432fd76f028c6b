"""Exact search by comparing with every value: plain, right for any data, and fast enough for thousands of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tutela.detection.compiled import COMPILED
from tutela.detection.matching.found import NOTHING, Found

if COMPILED:
    import tutela_core

_NATIVE_WIDTH = 32


def hamming_scan(values: NDArray[np.uint8], queries: NDArray[np.uint8], radius: int, threads: int = 1) -> Found:
    """Return the pairs within `radius` bits of `values`, (n, width), and `queries`, (q, width).

    The width is a multiple of 8 bytes.
    """
    if COMPILED and values.shape[1] == _NATIVE_WIDTH:
        query, row, distance, _ = tutela_core.hamming_scan(values, queries, radius, threads)
        return Found(query, row, distance.astype(np.int64))
    words, asked = values.view(np.uint64), queries.view(np.uint64)
    found = []
    for number, one in enumerate(asked):
        distances = np.bitwise_count(words ^ one).sum(axis=1, dtype=np.int64)
        rows = np.flatnonzero(distances <= radius)
        found.append(Found(np.full(len(rows), number, np.uint32), rows.astype(np.uint32), distances[rows]))
    return join(found)


def join(parts: list[Found]) -> Found:
    """Return the pairs of all parts."""
    if not parts:
        return NOTHING
    return Found(*(np.concatenate(column) for column in zip(*parts, strict=True)))
