"""Exact search within a Euclidean radius of values that are bytes, by blocked matrix products."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.index import Hit, grouped

LARGEST_SQUARE = 255**2
"""The square of the widest difference of two bytes; a distance is 0 to `length` times this."""
LONGEST = 2**24 // LARGEST_SQUARE
_ROWS = 8192
_QUERIES = 64


class EuclideanIndex:
    """Values of `length` bytes (1 to 258); the distance is the sum of the squares of their differences, an integer.

    It is |a|^2 + |b|^2 - 2 ab. The products ab come from float32, whatever the order in which the library adds: each
    term and each partial sum is an integer of at most 258 * 255^2 = 16,776,450 < 2^24, and float32 holds every such
    integer. What is near is ab - |a|^2 / 2 >= (|b|^2 - t) / 2; each side is below 2^24 and rounded once, by at most
    1/2, so a bound that is 2 lower loses nothing. What passes it is decided by whole numbers, from the bytes.

    Values are kept by their length |b|: none whose length differs from the query's by more than the radius is near
    (the triangle inequality), and those are not read.
    """

    def __init__(self, entries: Iterable[tuple[int, bytes]], length: int = 144) -> None:
        if not 1 <= length <= LONGEST:
            raise ValueError(f"the length is 1 to {LONGEST} bytes")
        self._length = length
        ids: list[int] = []
        values = bytearray()
        for entry, value in entries:
            if len(value) != length:
                raise ValueError(f"entry {entry} has {len(value)} bytes, not {length}")
            ids.append(entry)
            values += value
        rows = np.frombuffer(bytes(values), dtype=np.uint8).reshape(-1, length)
        squares = _squares(rows)
        order = np.argsort(squares, kind="stable")
        self._ids = np.array(ids, dtype=np.int64)[order]
        self._rows = rows[order]
        self._squares = squares[order]
        self._halves = (self._squares / 2).astype(np.float32)

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._ids)

    def search(self, queries: Sequence[bytes], threshold: int) -> list[list[Hit]]:
        """Return for each query every entry at most `threshold` away (0 to `length` * 255 ** 2)."""
        widest = self._length * LARGEST_SQUARE
        if not 0 <= threshold <= widest:
            raise ValueError(f"the threshold is 0 to {widest} (the square of a distance), not {threshold}")
        for query in queries:
            if len(query) != self._length:
                raise ValueError(f"a query has {len(query)} bytes, not {self._length}")
        found: list[list[Hit]] = []
        for start in range(0, len(queries), _QUERIES):
            group = np.frombuffer(b"".join(queries[start : start + _QUERIES]), dtype=np.uint8)
            found += self._search(group.reshape(-1, self._length), threshold)
        return found

    def _search(self, queries: NDArray[np.uint8], threshold: int) -> list[list[Hit]]:
        columns = queries.T.astype(np.float32)
        squares = _squares(queries)
        least = ((squares - threshold) / 2 - 2).astype(np.float32)
        first, last = self._within(squares, threshold)
        parts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []
        for top in range(first, last, _ROWS):
            rows = slice(top, min(top + _ROWS, last))
            products = self._rows[rows].astype(np.float32) @ columns
            products -= self._halves[rows, None]
            row, query = np.nonzero(products >= least)
            for start in range(0, len(row), _ROWS):
                part = slice(start, start + _ROWS)
                near, of = top + row[part], query[part]
                distances = ((self._rows[near].astype(np.int64) - queries[of]) ** 2).sum(axis=1)
                within = distances <= threshold
                parts.append((of[within], distances[within], self._ids[near[within]]))
        return grouped(parts, len(queries))

    def _within(self, squares: NDArray[np.int32], threshold: int) -> tuple[int, int]:
        """Return the range of rows whose length may be near that of one of the queries, one more on each side."""
        lengths, radius = np.sqrt(squares.astype(np.float64)), np.sqrt(threshold)
        shortest, longest = max(0.0, float(lengths.min() - radius)), float(lengths.max() + radius)
        # One unit on each side is far more than what float64 rounds.
        bounds = np.array([shortest**2 - 1, longest**2 + 1])
        first, last = np.searchsorted(self._squares, bounds)
        return int(first), int(last)


def _squares(rows: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return the sum of the squares of each row, without a wider copy of all rows at once."""
    sums = np.empty(len(rows), dtype=np.int32)
    for top in range(0, len(rows), _ROWS):
        block = rows[top : top + _ROWS].astype(np.float32)
        sums[top : top + _ROWS] = np.einsum("ij,ij->i", block, block)
    return sums
