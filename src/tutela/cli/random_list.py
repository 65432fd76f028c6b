"""A list of random fingerprints in an index of its own, for measurements."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutela.detection.false_matches import Near
from tutela.detection.matching.disk import RealDisk
from tutela.detection.matching.rows import ENABLED, Rows
from tutela.detection.matching.segments.building import build_segment
from tutela.detection.matching.segments.segment import Segment
from tutela.detection.matching.shape import Shape


@contextmanager
def near_values(
    shape: Shape, values: NDArray[np.uint8], progress: Callable[[float], None] = lambda _: None
) -> Iterator[Near]:
    """Give what counts the pairs of a query and one of `values`, (n, bytes), within a radius.

    They lie in a segment as those of hash lists do, in a temporary folder: about 130 bytes each. `progress` is told
    the share that is built.
    """
    count = len(values)
    rows = Rows(
        np.arange(count, dtype=np.uint64), values, np.zeros(count, np.uint32), np.full(count, ENABLED, np.uint8)
    )
    with tempfile.TemporaryDirectory(prefix="tutela-bench-") as folder:
        path = Path(folder) / "random"
        build_segment(path, shape, rows, RealDisk(), progress)
        segment = Segment(path)
        segment.file.verify_all()
        yield lambda queries, radius: len(segment.search(queries, radius, 1).row)
