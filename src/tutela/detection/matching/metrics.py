"""How values of each metric are compared, one by one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.found import Found
from tutela.detection.matching.scan import hamming_scan
from tutela.detection.matching.shape import Shape


def most_threshold(shape: Shape) -> int:
    """Return the largest distance that two values can have."""
    match shape.metric:
        case "equal":
            return 0
        case "hamming":
            return 8 * shape.width
        case "euclidean":
            return shape.width * 255**2
        case "cosine":
            return 2_000_000


def check_threshold(shape: Shape, threshold: int) -> None:
    """Raise ValueError where a threshold is out of range."""
    if not 0 <= threshold <= (most := most_threshold(shape)):
        raise ValueError(f"the threshold of {shape.kind} is 0 to {most}, not {threshold}")


def search_linearly(
    shape: Shape, values: NDArray[np.uint8], queries: NDArray[np.uint8], threshold: int, threads: int
) -> Found:
    """Return the pairs of `values`, (n, width), and `queries`, (q, width), within the threshold."""
    match shape.metric:
        case "hamming":
            return hamming_scan(values, queries, threshold, threads)
        case "equal":
            query, row = np.nonzero((queries[:, None, :] == values[None, :, :]).all(axis=2))
            return Found(query.astype(np.uint32), row.astype(np.uint32), np.zeros(len(row), np.int64))
        case _:
            raise NotImplementedError(shape.metric)
