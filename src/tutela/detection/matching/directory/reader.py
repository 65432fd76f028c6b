"""Reads an index on disk, and follows its changes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.directory.manifest import NAME, Manifest, decode
from tutela.detection.matching.directory.tail import Tail, read_tail
from tutela.detection.matching.found import Found, FoundEntries, as_queries, latest_entries
from tutela.detection.matching.index import Hit, hits_of
from tutela.detection.matching.metrics import check_threshold
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.detection.matching.segments.segment import Segment
from tutela.detection.matching.shape import Shape

REFRESH_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _State:
    raw: bytes
    manifest: Manifest
    segments: tuple[Segment, ...]
    tail: Tail


class IndexReader:
    """An index on disk, open. Implements Index; safe for threads. Changes are seen REFRESH_SECONDS later at most."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Open it. Raises FileNotFoundError where there is no index, CorruptSegment where it is damaged."""
        self.folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._state = self._load(None)
        self._looked = clock()

    @property
    def shape(self) -> Shape:
        """What it holds."""
        return self._state.manifest.shape

    @property
    def position(self) -> int:
        """The writer's number of the last change that is seen."""
        return self._state.tail.position

    @property
    def labels(self) -> tuple[str, ...]:
        """The texts that labels stand for, by number."""
        return self._state.tail.labels

    def __len__(self) -> int:
        """Return the number of rows: entries, those that changed since they were added counted again until merged."""
        state = self._state
        return sum(len(s) for s in state.segments) + len(state.tail.rows)

    def refresh(self, *, now: bool = False) -> None:
        """Look whether the index has changed; at once if asked, or if REFRESH_SECONDS have passed."""
        if not now and self._clock() - self._looked < REFRESH_SECONDS:
            return
        with self._lock:
            self._state = self._load(self._state)
            self._looked = self._clock()

    def search(self, queries: Sequence[bytes], threshold: int) -> list[list[Hit]]:
        """Return for each query every entry within the threshold, nearest first, then by entry.

        Raises ValueError if a query has another length than the entries, or the threshold is out of range;
        CorruptSegment if what is read is not what was written.
        """
        found = self.search_many(as_queries(queries, self.shape.width), threshold, threads=1)
        return hits_of(found, len(queries))

    def search_many(self, queries: NDArray[np.uint8], threshold: int, threads: int | None = None) -> FoundEntries:
        """Return the same for queries as rows, (q, width), on all cores unless told otherwise."""
        self.refresh()
        state = self._state
        check_threshold(state.manifest.shape, threshold)
        if queries.ndim != 2 or queries.shape[1] != state.manifest.shape.width:
            raise ValueError(f"queries are rows of {state.manifest.shape.width} bytes, not {queries.shape}")
        use = threads or os.cpu_count() or 1
        parts: list[tuple[Found, NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint8]]] = []
        for segment in state.segments:
            found = segment.search(queries, threshold, use)
            if len(found.query):
                entries, labels, flags = segment.described(found.row)
                parts.append((found, entries.astype(np.uint64), labels.astype(np.uint32), flags))
        late = state.tail.search(queries, threshold, use)
        if len(late.query):
            rows = state.tail.rows
            # In the order of the log: where an entry is there twice, the later row counts.
            by_row = np.argsort(late.row, kind="stable")
            late = Found(late.query[by_row], late.row[by_row], late.distance[by_row])
            parts.append((late, rows.entries[late.row], rows.labels[late.row], rows.flags[late.row]))
        return latest_entries(parts)

    def warm(self) -> None:
        """Read the whole index once, about a second a gigabyte: the first searches are then as fast as all others.

        Raises CorruptSegment.
        """
        for segment in self._state.segments:
            segment.file.warm()

    def verify(self) -> None:
        """Verify every byte of every segment. Raises CorruptSegment."""
        for segment in self._state.segments:
            segment.file.verify_all()

    def _load(self, before: _State | None) -> _State:
        last = b""
        while True:
            try:
                raw = (self.folder / NAME).read_bytes()
            except FileNotFoundError:
                if before is None:
                    raise
                # It is being made again: until it is there, what is mapped answers.
                return before
            try:
                return self._of(raw, before)
            except FileNotFoundError as error:
                # A writer may have swapped the manifest, and removed what the old one named, since it was read.
                if raw == last:
                    raise CorruptSegment(error.filename, "the file is missing") from None
                last = raw

    def _of(self, raw: bytes, before: _State | None) -> _State:
        if before is not None and before.raw == raw:
            if (self.folder / before.manifest.log).stat().st_size == before.tail.size:
                return before
            return replace(before, tail=read_tail(self.folder, before.manifest, before.tail))
        manifest = decode(raw, self.folder / NAME)
        open_already = {s.file.path.name: s for s in before.segments} if before else {}
        segments = tuple(open_already.get(s.file) or Segment(self.folder / s.file) for s in manifest.segments)
        return _State(raw, manifest, segments, read_tail(self.folder, manifest))
