"""The rows of the log, in memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from io import FileIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.directory import log
from tutela.detection.matching.directory.manifest import Manifest
from tutela.detection.matching.found import NOTHING, Found
from tutela.detection.matching.linear import Search, search_of
from tutela.detection.matching.rows import Rows, joined, no_rows
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.detection.matching.shape import Shape

_ATTEMPTS = 20


@dataclass(frozen=True)
class Tail:
    """What the log adds to a manifest.

    `size` is how much of the log has been read, `unsure` whether it held more than its head vouches for: a change that
    is being appended, or one at which a writer stopped.
    """

    shape: Shape
    rows: Rows
    labels: tuple[str, ...]
    position: int
    size: int
    unsure: bool
    stamp: str

    def search(self, queries: NDArray[np.uint8], threshold: int, threads: int) -> Found:
        """Return the pairs within the threshold, in no order."""
        if not len(self.rows):
            return NOTHING
        return self._search(queries, threshold, threads)

    @cached_property
    def _search(self) -> Search:
        return search_of(self.shape, self.rows.values)


def read_tail(folder: Path, manifest: Manifest, before: Tail | None = None) -> Tail:
    """Return the log's whole frames; `before` is what was read of the same log.

    Raises FileNotFoundError, and CorruptSegment if a frame is damaged that was whole once.
    """
    path = folder / manifest.log
    known = before or Tail(
        manifest.shape,
        no_rows(manifest.shape.width),
        manifest.labels,
        manifest.position,
        log.HEAD,
        unsure=False,
        stamp=manifest.stamp,
    )
    with path.open("rb", buffering=0) as stream:
        # The head before the frames: whatever it tells of is there.
        durable = _durable(stream, path)
        stream.seek(known.size)
        data = stream.readall()
    frames = list(log.decode(data, manifest.shape.width))
    end = known.size + (frames[-1].end if frames else 0)
    if end < durable:
        raise CorruptSegment(path, f"the change at byte {end:,} is damaged")
    return Tail(
        manifest.shape,
        joined([known.rows, *(f.rows for f in frames)], manifest.shape.width) if frames else known.rows,
        known.labels + tuple(text for f in frames for text in f.labels),
        frames[-1].position if frames else known.position,
        end,
        unsure=known.size + len(data) > durable,
        stamp=frames[-1].stamp if frames else known.stamp,
    )


def _durable(stream: FileIO, path: Path) -> int:
    for _ in range(_ATTEMPTS):
        stream.seek(0)
        end = log.read_head(stream.read(log.HEAD))
        if end is not None:
            return end
        # The writer may have been in the midst of it.
        time.sleep(0.001)
    raise CorruptSegment(path, "the head of the log is damaged")
