"""Exact search within a cosine distance of float32 vectors: matrix products propose, exact sums decide."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.found import Found, join

MILLIONTHS = 1_000_000
WIDEST = 2 * MILLIONTHS
"""The cosine distance of opposite vectors; that of vectors at a right angle is half of it."""
LONGEST = 65_536
_ROWS = 8192
_QUERIES = 64
_FLOAT32_STEP = 2.0**-24
_DOUBT = 1e-3


class CosineRows:
    """Vectors: little-endian float32, 2 to 65,536 values, of a length near 1, finite.

    The distance is 1 - ab / (|a| |b|) in millionths, rounded to the nearest integer, computed from the values as they
    are stored. Two steps keep it exact and fast. A float32 product of n values is off by at most n u / (1 - n u)
    times |a| |b|, u = 2^-24, in whatever order it is added (Higham, "Accuracy and Stability of Numerical Algorithms",
    2002, 3.1); who is farther than the threshold and that margin is out. The others are computed in float64, where
    each term is exact, and where that lies within a thousandth of a millionth of a half, the terms are added exactly
    (`math.fsum`). So the answer does not depend on the machine.
    """

    def __init__(self, values: NDArray[np.uint8]) -> None:
        """Take values as rows, (n, width); raises ValueError for another width, or one that is no direction."""
        width = values.shape[1]
        if width % 4 or not 8 <= width <= 4 * LONGEST:
            raise ValueError(f"the length is 4 bytes for each of 2 to {LONGEST:,} values")
        self._rows = _vectors(values)
        self._norms = _norms(self._rows)
        if len(bad := np.flatnonzero(~_usable(self._norms))):
            raise ValueError(f"value {bad[0]} is no direction: its length is 0, not near 1, or no number")
        count = width // 4
        self._margin = MILLIONTHS * count * _FLOAT32_STEP / (1 - count * _FLOAT32_STEP) + 1.0

    def __call__(self, queries: NDArray[np.uint8], threshold: int, threads: int) -> Found:  # noqa: ARG002
        """Return the pairs at most `threshold` millionths away (0 to 2,000,000).

        Raises ValueError for a query that is no direction. The library takes the threads it wants.
        """
        starts = range(0, len(queries), _QUERIES)
        return join([self._near(_vectors(queries[start : start + _QUERIES]), start, threshold) for start in starts])

    def _near(self, queries: NDArray[np.float32], number: int, threshold: int) -> Found:
        norms = _norms(queries)
        if not _usable(norms).all():
            raise ValueError("a query is no direction: its length is 0, not near 1, or no number")
        parts: list[Found] = []
        # One bound on the products of a query, so that a block is gone through once: it allows for every |a|.
        least = (1 - (threshold + self._margin) / MILLIONTHS) * norms
        least = np.minimum(least * self._norms.min(initial=1), least * self._norms.max(initial=1)).astype(np.float32)
        least = np.nextafter(least, np.float32(-np.inf))
        for top in range(0, len(self._rows), _ROWS):
            rows = slice(top, top + _ROWS)
            products = self._rows[rows] @ queries.T
            row, query = np.nonzero(products >= least)
            if len(row):
                distances = self._distances(top + row, query, queries, norms)
                near = distances <= threshold
                found = (top + row[near]).astype(np.uint32)
                parts.append(Found((number + query[near]).astype(np.uint32), found, distances[near]))
        return join(parts)

    def _distances(
        self,
        rows: NDArray[np.int64],
        chosen: NDArray[np.int64],
        queries: NDArray[np.float32],
        norms: NDArray[np.float64],
    ) -> NDArray[np.int64]:
        distances = np.empty(len(rows), dtype=np.int64)
        step = max(1, 4_000_000 // queries.shape[1])
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            ours, theirs = self._rows[rows[part]].astype(np.float64), queries[chosen[part]].astype(np.float64)
            dots = np.einsum("ij,ij->i", ours, theirs)
            exact = MILLIONTHS * (1 - dots / (self._norms[rows[part]] * norms[chosen[part]]))
            rounded = np.rint(exact)
            for i in np.flatnonzero(np.abs(np.abs(exact - rounded) - 0.5) < _DOUBT):
                rounded[i] = millionths(ours[i], theirs[i])
            distances[part] = np.clip(rounded, 0, WIDEST)
        return distances


def millionths(one: NDArray[np.float64], other: NDArray[np.float64]) -> int:
    """Return the cosine distance of two vectors of float32 values, each given as float64, with exact sums."""
    dot = math.fsum((one * other).tolist())
    squares = math.fsum((one * one).tolist()) * math.fsum((other * other).tolist())
    return min(WIDEST, max(0, round(MILLIONTHS * (1 - dot / math.sqrt(squares)))))


def _vectors(values: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.ascontiguousarray(values).view("<f4").astype(np.float32, copy=False)


def _norms(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    norms = np.empty(len(rows), dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        for top in range(0, len(rows), _ROWS):
            block = rows[top : top + _ROWS].astype(np.float64)
            norms[top : top + _ROWS] = np.sqrt(np.einsum("ij,ij->i", block, block))
    return norms


def _usable(norms: NDArray[np.float64]) -> NDArray[np.bool_]:
    # Far from 1 the bounds on rounding would not hold: a product could be too small for float32.
    with np.errstate(invalid="ignore"):
        return (norms > 0.5) & (norms < 2)
