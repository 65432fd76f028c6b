"""Exact search within a Euclidean radius of values that are bytes, by blocked matrix products."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.found import Found, join

LARGEST_SQUARE = 255**2
"""The square of the widest difference of two bytes; a distance is 0 to `length` times this."""
LONGEST = 2**24 // LARGEST_SQUARE
_ROWS = 8192
_QUERIES = 64


class EuclideanRows:
    """Values of 1 to 258 bytes; the distance is the sum of the squares of their differences, an integer.

    It is |a|^2 + |b|^2 - 2 ab. The products ab come from float32, whatever the order in which the library adds: each
    term and each partial sum is an integer of at most 258 * 255^2 = 16,776,450 < 2^24, and float32 holds every such
    integer. What is near is ab - |a|^2 / 2 >= (|b|^2 - t) / 2; each side is below 2^24 and rounded once, by at most
    1/2, so a bound that is 2 lower loses nothing. What passes it is decided by whole numbers, from the bytes.

    Where the values are many, those whose length differs from the query's by more than the radius are not multiplied
    (the triangle inequality).
    """

    def __init__(self, values: NDArray[np.uint8]) -> None:
        """Take values as rows, (n, width); raises ValueError for another width than 1 to 258."""
        if not 1 <= values.shape[1] <= LONGEST:
            raise ValueError(f"the length is 1 to {LONGEST} bytes")
        self._values = values
        squares = _squares(values)
        self._order = np.argsort(squares, kind="stable").astype(np.uint32)
        self._squares = squares[self._order]
        self._halves = (self._squares / 2).astype(np.float32)

    def __call__(self, queries: NDArray[np.uint8], threshold: int, threads: int) -> Found:  # noqa: ARG002
        """Return the pairs at most `threshold` away (0 to width * 255 ** 2). The library chooses its threads."""
        starts = range(0, len(queries), _QUERIES)
        return join([self._near(queries[start : start + _QUERIES], start, threshold) for start in starts])

    def _near(self, queries: NDArray[np.uint8], number: int, threshold: int) -> Found:
        columns = queries.T.astype(np.float32)
        squares = _squares(queries)
        least = ((squares - threshold) / 2 - 2).astype(np.float32)
        first, last = self._within(squares, threshold)
        parts: list[Found] = []
        for top in range(first, last, _ROWS):
            places = slice(top, min(top + _ROWS, last))
            products = self._values[self._order[places]].astype(np.float32) @ columns
            products -= self._halves[places, None]
            place, query = np.nonzero(products >= least)
            for start in range(0, len(place), _ROWS):
                part = slice(start, start + _ROWS)
                rows, of = self._order[top + place[part]], query[part]
                distances = ((self._values[rows].astype(np.int64) - queries[of]) ** 2).sum(axis=1)
                near = distances <= threshold
                parts.append(Found((number + of[near]).astype(np.uint32), rows[near], distances[near]))
        return join(parts)

    def _within(self, squares: NDArray[np.int32], threshold: int) -> tuple[int, int]:
        """Return the range of places whose length may be near that of one of the queries, one more on each side."""
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
