"""Exact search by comparing with every value: plain, right for any data, and fast enough for thousands of them."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tutela.detection.compiled import COMPILED
from tutela.detection.matching.cosine import CosineRows
from tutela.detection.matching.euclidean import EuclideanRows
from tutela.detection.matching.found import Found, join
from tutela.detection.matching.shape import Shape

if COMPILED:
    import tutela_core

_NATIVE_WIDTH = 32


class Search(Protocol):
    """Finds rows near values. `queries` is (q, width); a search uses at most `threads` threads."""

    def __call__(self, queries: NDArray[np.uint8], threshold: int, threads: int) -> Found:
        """Return the pairs within the threshold, each once, in no order."""
        ...


def search_of(shape: Shape, values: NDArray[np.uint8]) -> Search:
    """Return a search of `values`, (n, width), by comparing with each. Raises ValueError for what is no value."""
    match shape.metric:
        case "equal":
            return EqualRows(values)
        case "hamming":
            return HammingRows(values)
        case "euclidean":
            return EuclideanRows(values)
        case "cosine":
            return CosineRows(values)


class EqualRows:
    """Equal values, by a dictionary."""

    def __init__(self, values: NDArray[np.uint8]) -> None:
        self._rows: dict[bytes, list[int]] = {}
        for row, value in enumerate(values):
            self._rows.setdefault(value.tobytes(), []).append(row)

    def __call__(self, queries: NDArray[np.uint8], threshold: int, threads: int) -> Found:  # noqa: ARG002
        """Return the rows with the same value."""
        pairs = [(number, row) for number, one in enumerate(queries) for row in self._rows.get(one.tobytes(), ())]
        both = np.array(pairs, np.uint32).reshape(-1, 2)
        return Found(both[:, 0], both[:, 1], np.zeros(len(both), np.int64))


class HammingRows:
    """Values that differ in few bits; their length is a multiple of 8 bytes."""

    def __init__(self, values: NDArray[np.uint8]) -> None:
        if values.shape[1] % 8:
            raise ValueError("the length is a multiple of 8 bytes")
        self._values = np.ascontiguousarray(values)

    def __call__(self, queries: NDArray[np.uint8], threshold: int, threads: int) -> Found:
        """Return the pairs within `threshold` bits."""
        if COMPILED and self._values.shape[1] == _NATIVE_WIDTH:
            query, row, distance, _ = tutela_core.hamming_scan(self._values, queries, threshold, threads)
            return Found(query, row, distance.astype(np.int64))
        words, asked = self._values.view(np.uint64), np.ascontiguousarray(queries).view(np.uint64)
        found = []
        for number, one in enumerate(asked):
            distances = np.bitwise_count(words ^ one).sum(axis=1, dtype=np.int64)
            rows = np.flatnonzero(distances <= threshold)
            found.append(Found(np.full(len(rows), number, np.uint32), rows.astype(np.uint32), distances[rows]))
        return join(found)
