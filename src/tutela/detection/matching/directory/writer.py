"""Writes an index on disk: one writer at a time, any number of readers."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.directory import log
from tutela.detection.matching.directory.manifest import (
    NAME,
    Manifest,
    SegmentName,
    read_manifest,
    swap_manifest,
)
from tutela.detection.matching.directory.staging import Staging
from tutela.detection.matching.directory.tail import Tail, read_tail
from tutela.detection.matching.disk import Disk, RealDisk
from tutela.detection.matching.hamming_tables import MOST_ROWS
from tutela.detection.matching.rows import ENABLED, REMOVED, Rows, joined
from tutela.detection.matching.segments.building import Progress, build_segment
from tutela.detection.matching.segments.segment import Segment
from tutela.detection.matching.shape import Shape

LOG_ROWS = 2048
"""The log is made a segment once it holds more rows than this: it is compared with row by row."""
BULK_ROWS = 65_536
"""Changes of more rows than this are staged on disk, not in memory."""
FANOUT = 8
"""Segments whose sizes are within this factor are merged once there are as many of them."""


class IndexBusy(Exception):
    """Another process is writing to the index."""


class WrongShape(ValueError):
    """The index holds values of another kind or length than asked for."""


@dataclass(frozen=True, slots=True)
class Change:
    """Rows that are added, or come again with other flags, all under one label.

    `entries` is uint64 (n,), `values` uint8 (n, width), `enabled` and `removed` bool (n,). An entry never changes its
    value.
    """

    label: str
    entries: NDArray[np.uint64]
    values: NDArray[np.uint8]
    enabled: NDArray[np.bool_]
    removed: NDArray[np.bool_]


def _silent(_: float) -> None: ...


class IndexWriter:
    """The one writer of an index. Use it in a `with` block; it makes the index where there is none."""

    def __init__(self, folder: Path, shape: Shape, disk: Disk | None = None, *, wait: bool = True) -> None:
        """Wait for another writer to finish, or raise IndexBusy. Raises WrongShape, CorruptSegment."""
        self.folder = folder
        self._disk = disk or RealDisk()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _locked(folder / "LOCK", wait=wait)
        try:
            self._manifest, self._tail = self._open(shape)
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let other writers in."""
        os.close(self._lock)

    @property
    def position(self) -> int:
        """The number of the last change that the index holds; 0 for a new one."""
        return self._tail.position

    @property
    def segments(self) -> tuple[SegmentName, ...]:
        """The segments, oldest first."""
        return self._manifest.segments

    def apply(self, changes: Iterable[Change], position: int, progress: Progress = _silent) -> int:
        """Apply changes, all or none, and remember `position` with them; return the number of rows.

        A few go to the log; many are staged and become segments. Readers see them once this returns.
        """
        labels = list(self._tail.labels)
        numbers = {text: number for number, text in enumerate(labels)}
        small: list[Rows] = []
        count = 0
        staging: Staging | None = None
        try:
            for change in changes:
                if change.label not in numbers:
                    numbers[change.label] = len(labels)
                    labels.append(change.label)
                rows = _rows(change, numbers[change.label], self._manifest.shape.width)
                count += len(rows)
                if staging is None and count > BULK_ROWS:
                    staging = Staging(self.folder, self._manifest.shape.width)
                    for part in small:
                        staging.add(part)
                    small.clear()
                if staging is None:
                    small.append(rows)
                else:
                    staging.add(rows)
            if staging is not None:
                self._add_segments(staging.parts(MOST_ROWS), tuple(labels), position, progress)
                return count
        finally:
            if staging is not None:
                staging.close()
        rows = joined(small, self._manifest.shape.width)
        if len(self._tail.rows) + len(rows) > LOG_ROWS:
            self._add_segments([rows], tuple(labels), position, progress)
        else:
            fresh = tuple(labels[len(self._tail.labels) :])
            data = log.encode(log.Frame(position, fresh, rows))
            self._disk.append(self.folder / self._manifest.log, data)
            self._tail = Tail(
                self._manifest.shape,
                joined([self._tail.rows, rows], self._manifest.shape.width),
                tuple(labels),
                position,
                self._tail.size + len(data),
            )
        return count

    def compact(self, *, everything: bool = False, progress: Progress = _silent) -> bool:
        """Merge segments where there are many of a size, or all into as few as can be; return whether any were.

        Rows that a later one replaces are left out.
        """
        chosen = self._manifest.segments if everything else _to_merge(self._manifest.segments)
        if len(chosen) < (1 if everything else 2) or (everything and len(chosen) <= 1 and not len(self._tail.rows)):
            return False
        first = self._manifest.segments.index(chosen[0])
        opened = [Segment(self.folder / s.file) for s in chosen]
        rows = latest(joined([s.rows() for s in opened], self._manifest.shape.width), drop_removed=first == 0)
        version = self._manifest.version + 1
        merged = self._build([rows], version, progress)
        before, after = self._manifest.segments[:first], self._manifest.segments[first + len(chosen) :]
        self._swap(replace(self._manifest, version=version, segments=(*before, *merged, *after)))
        return True

    def _open(self, shape: Shape) -> tuple[Manifest, Tail]:
        try:
            manifest = read_manifest(self.folder)
        except FileNotFoundError:
            manifest = Manifest(shape, 1, 0, (), (), "log-1")
            self._clean(set())
            self._disk.write(self.folder / manifest.log, b"")
            swap_manifest(self.folder, manifest, self._disk)
        if manifest.shape != shape:
            raise WrongShape(f"{self.folder} holds {manifest.shape}, not {shape}")
        self._clean({NAME, manifest.log, *(s.file for s in manifest.segments)})
        tail = read_tail(self.folder, manifest)
        path = self.folder / manifest.log
        if path.stat().st_size > tail.size:
            # What a writer that was killed had begun to append.
            self._disk.cut(path, tail.size)
        return manifest, tail

    def _add_segments(self, parts: Iterable[Rows], labels: tuple[str, ...], position: int, progress: Progress) -> None:
        version = self._manifest.version + 1
        parts = list(parts)
        if len(parts) == 1 and len(parts[0]) <= BULK_ROWS:
            parts = [joined([self._tail.rows, parts[0]], self._manifest.shape.width)]
        elif len(self._tail.rows):
            parts = [self._tail.rows, *parts]
        built = self._build([latest(p, drop_removed=False) for p in parts], version, progress)
        log_name = f"log-{version}"
        self._disk.write(self.folder / log_name, b"")
        segments = (*self._manifest.segments, *built)
        self._swap(Manifest(self._manifest.shape, version, position, labels, segments, log_name))
        self._tail = read_tail(self.folder, self._manifest)

    def _build(self, parts: list[Rows], version: int, progress: Progress) -> list[SegmentName]:
        built: list[SegmentName] = []
        whole = [p for part in parts for p in _halves(part) if len(p)]
        for number, rows in enumerate(whole):
            name = f"segment-{version}-{number}"
            build_segment(
                self.folder / name,
                self._manifest.shape,
                rows,
                self._disk,
                lambda share, done=number: progress((done + share) / len(whole)),  # type: ignore[misc]
            )
            built.append(SegmentName(name, len(rows)))
        return built

    def _swap(self, manifest: Manifest) -> None:
        swap_manifest(self.folder, manifest, self._disk)
        self._manifest = manifest
        self._clean({NAME, manifest.log, *(s.file for s in manifest.segments)})

    def _clean(self, keep: set[str]) -> None:
        """Remove what no manifest names: left by a writer that was killed, or replaced. Readers keep what they map."""
        for path in self.folder.iterdir():
            if path.name not in keep and path.name != "LOCK":
                self._disk.remove(path)


def latest(rows: Rows, *, drop_removed: bool) -> Rows:
    """Return the last row of each entry, in the order of the rows."""
    _, last = np.unique(rows.entries[::-1], return_index=True)
    if len(last) == len(rows) and not (drop_removed and (rows.flags & REMOVED).any()):
        return rows
    kept = np.sort(len(rows) - 1 - last)
    if drop_removed:
        kept = kept[rows.flags[kept] & REMOVED == 0]
    return rows.take(kept)


def _rows(change: Change, label: int, width: int) -> Rows:
    count = len(change.entries)
    if change.values.shape != (count, width):
        raise ValueError(f"values are (n, {width}), not {change.values.shape}")
    flags = change.enabled.astype(np.uint8) * ENABLED + change.removed.astype(np.uint8) * REMOVED
    return Rows(change.entries, change.values, np.full(count, label, np.uint32), flags)


def _halves(rows: Rows) -> Iterator[Rows]:
    parts = -(-len(rows) // MOST_ROWS)
    for part in range(parts):
        yield rows.take(np.arange(part * len(rows) // parts, (part + 1) * len(rows) // parts)) if parts > 1 else rows


def _to_merge(segments: tuple[SegmentName, ...]) -> tuple[SegmentName, ...]:
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


def _locked(path: Path, *, wait: bool) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(handle)
        raise IndexBusy(f"{path.parent}: another process is writing to this index") from None
    return handle
