"""The rows of the log, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.directory.log import decode
from tutela.detection.matching.directory.manifest import Manifest
from tutela.detection.matching.found import NOTHING, Found
from tutela.detection.matching.linear import Search, search_of
from tutela.detection.matching.rows import Rows, joined, no_rows
from tutela.detection.matching.shape import Shape


@dataclass(frozen=True)
class Tail:
    """What the log adds to a manifest; `size` is how much of the log has been read."""

    shape: Shape
    rows: Rows
    labels: tuple[str, ...]
    position: int
    size: int

    def search(self, queries: NDArray[np.uint8], threshold: int, threads: int) -> Found:
        """Return the pairs within the threshold, in no order."""
        if not len(self.rows):
            return NOTHING
        return self._search(queries, threshold, threads)

    @cached_property
    def _search(self) -> Search:
        return search_of(self.shape, self.rows.values)


def read_tail(folder: Path, manifest: Manifest, before: Tail | None = None) -> Tail:
    """Return the log's whole frames; `before` is what was read of the same log. Raises FileNotFoundError."""
    known = before or Tail(manifest.shape, no_rows(manifest.shape.width), manifest.labels, manifest.position, 0)
    with (folder / manifest.log).open("rb") as stream:
        stream.seek(known.size)
        data = stream.read()
    frames = list(decode(data, manifest.shape.width))
    if not frames:
        return known
    return Tail(
        manifest.shape,
        joined([known.rows, *(f.rows for f in frames)], manifest.shape.width),
        known.labels + tuple(text for f in frames for text in f.labels),
        frames[-1].position,
        known.size + frames[-1].end,
    )
