"""Merges segments, while others go on writing and reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.directory.files import OF_COMPACTIONS, OF_WRITERS, clean, merged_name
from tutela.detection.matching.directory.locks import COMPACTING, WRITING, Lock
from tutela.detection.matching.directory.manifest import Manifest, SegmentName, read_manifest, swap_manifest
from tutela.detection.matching.directory.parts import build_parts
from tutela.detection.matching.directory.staging import Staging
from tutela.detection.matching.directory.writer import LOG_ROWS, IndexWriter
from tutela.detection.matching.disk import Disk, RealDisk
from tutela.detection.matching.hamming_tables import MOST_ROWS
from tutela.detection.matching.rows import REMOVED, Rows
from tutela.detection.matching.segments.building import Progress
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.detection.matching.segments.segment import Segment

FANOUT = 4
"""Segments whose sizes are within this factor are merged once there are as many of them."""


def _silent(_: float) -> None: ...


def needs_compaction(folder: Path) -> bool:
    """Return whether an index has segments to merge; False where there is none. Raises CorruptSegment."""
    try:
        return bool(run_to_merge(read_manifest(folder).segments))
    except FileNotFoundError:
        return False


def compact(
    folder: Path,
    disk: Disk | None = None,
    *,
    everything: bool = False,
    wait: bool = False,
    progress: Progress = _silent,
) -> bool:
    """Merge segments where there are many of a size, or all into as few as can be; return whether any were.

    Rows that a later one replaces are left out. Others may write meanwhile: the lock for writing is held only to swap
    the manifest, so do not hold an IndexWriter in the same thread. Raises IndexBusy if another process compacts and
    `wait` is not set, FileNotFoundError where there is no index, OSError where there is no room (nothing has changed
    then), CorruptSegment.
    """
    disk = disk or RealDisk()
    with closing(Lock(folder, COMPACTING, wait=wait)):
        clean(folder, disk, OF_COMPACTIONS)
        if everything:
            with IndexWriter(folder, read_manifest(folder).shape, disk) as writer:
                writer.flush()
        manifest = read_manifest(folder)
        chosen = manifest.segments if everything else run_to_merge(manifest.segments)
        if len(chosen) < 2 and not (everything and _has_removed(folder, chosen)):
            return False
        try:
            merged = _merge(folder, manifest, chosen, disk, progress)
            with closing(Lock(folder, WRITING, wait=True)):
                _put_in_place(folder, chosen, merged, disk)
        except BaseException:
            with suppress(OSError, CorruptSegment):
                clean(folder, disk, OF_COMPACTIONS)
            raise
        return True


def run_to_merge(segments: tuple[SegmentName, ...]) -> tuple[SegmentName, ...]:
    """Return the youngest run of FANOUT or more segments, none of which is FANOUT times as large as those after it."""
    start = len(segments)
    rows = 0
    while (
        start > 0
        and segments[start - 1].rows <= max(LOG_ROWS, rows) * FANOUT
        and rows + segments[start - 1].rows <= MOST_ROWS
    ):
        start -= 1
        rows += segments[start].rows
    return segments[start:] if len(segments) - start >= FANOUT else ()


def _merge(
    folder: Path, manifest: Manifest, chosen: Sequence[SegmentName], disk: Disk, progress: Progress
) -> list[SegmentName]:
    staging = Staging(folder, manifest.shape.width)
    try:
        # What is removed may be forgotten where nothing older can hold the entry.
        forget = chosen[0] == manifest.segments[0]
        for rows in _survivors([Segment(folder / s.file, sequential=True) for s in chosen], forget=forget):
            staging.add(rows)
        parts = list(staging.parts(MOST_ROWS))
        return build_parts(folder, manifest.shape, parts, lambda n: merged_name(manifest, n), disk, progress)
    finally:
        staging.close()


def _survivors(segments: Sequence[Segment], *, forget: bool) -> Iterator[Rows]:
    """Yield the rows that no later one replaces, each entry once; in no order."""
    later = np.empty(0, np.uint64)
    for number, segment in reversed(list(enumerate(segments))):
        for rows in segment.parts():
            kept = ~_in(rows.entries, later)
            if forget:
                kept &= rows.flags & REMOVED == 0
            yield rows if kept.all() else rows.take(np.flatnonzero(kept))
        if number:
            later = np.union1d(later, segment.entries())


def _in(entries: NDArray[np.uint64], ordered: NDArray[np.uint64]) -> NDArray[np.bool_]:
    if not len(ordered):
        return np.zeros(len(entries), np.bool_)
    places = np.minimum(np.searchsorted(ordered, entries), len(ordered) - 1)
    return np.equal(ordered[places], entries)


def _has_removed(folder: Path, segments: Sequence[SegmentName]) -> bool:
    return any((rows.flags & REMOVED).any() for s in segments for rows in Segment(folder / s.file).parts())


def _put_in_place(folder: Path, chosen: Sequence[SegmentName], merged: Sequence[SegmentName], disk: Disk) -> None:
    manifest = read_manifest(folder)
    places = range(len(manifest.segments) - len(chosen) + 1)
    first = next((p for p in places if manifest.segments[p : p + len(chosen)] == tuple(chosen)), None)
    if first is None:
        raise CorruptSegment(folder, "segments were changed by a process that did not hold the lock for compacting")
    after = first + len(chosen)
    segments = (*manifest.segments[:first], *merged, *manifest.segments[after:])
    swap_manifest(folder, replace(manifest, version=manifest.version + 1, segments=segments), disk)
    clean(folder, disk, OF_WRITERS + OF_COMPACTIONS)
