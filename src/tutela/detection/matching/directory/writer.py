"""Writes an index on disk: one writer at a time, any number of readers."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.directory import log
from tutela.detection.matching.directory.files import OF_WRITERS, clean, log_name, segment_name
from tutela.detection.matching.directory.locks import WRITING, Lock
from tutela.detection.matching.directory.manifest import Manifest, SegmentName, read_manifest, swap_manifest
from tutela.detection.matching.directory.parts import build_parts
from tutela.detection.matching.directory.staging import Staging
from tutela.detection.matching.directory.tail import Tail, read_tail
from tutela.detection.matching.disk import Disk, RealDisk
from tutela.detection.matching.hamming_tables import MOST_ROWS
from tutela.detection.matching.rows import ENABLED, REMOVED, Rows, joined
from tutela.detection.matching.segments.building import Progress
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.detection.matching.shape import Shape

LOG_ROWS = 2048
"""The log is made a segment once it holds more rows than this: it is compared with row by row."""
BULK_ROWS = 65_536
"""Changes of more rows than this are staged on disk, not in memory."""
LOG_BYTES = 1 << 20
"""... or than this many bytes: changes without rows count too."""


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
        self._failed = False
        self._disk.make_folder(folder)
        self._lock = Lock(folder, WRITING, wait=wait)
        try:
            self._manifest, self._tail = self._open(shape)
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let other writers in."""
        self._lock.close()

    @property
    def position(self) -> int:
        """The number of the last change that the index holds; 0 for a new one."""
        return self._tail.position

    @property
    def stamp(self) -> str:
        """The name of the last change that the index holds; empty for a new one."""
        return self._tail.stamp

    @property
    def segments(self) -> tuple[SegmentName, ...]:
        """The segments, oldest first."""
        return self._manifest.segments

    def apply(self, changes: Iterable[Change], position: int, progress: Progress = _silent, *, stamp: str = "") -> int:
        """Apply changes, all or none, and remember `position` and `stamp` with them; return the number of rows.

        A few go to the log; many are staged and become segments. Readers see them once this returns. Raises OSError
        where there is no room: then nothing has changed, or all of it if only the last step failed. Open the index
        again to see, and to go on.
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
                with self._changing():
                    parts = [self._tail.rows, *staging.parts(MOST_ROWS)]
                    self._add_segments(parts, tuple(labels), (position, stamp), progress)
                return count
        finally:
            if staging is not None:
                staging.close()
        rows = joined(small, self._manifest.shape.width)
        if len(self._tail.rows) + len(rows) <= LOG_ROWS and self._tail.size <= LOG_BYTES:
            self._append(rows, tuple(labels), (position, stamp))
        else:
            with self._changing():
                whole = joined([self._tail.rows, rows], self._manifest.shape.width)
                self._add_segments([whole], tuple(labels), (position, stamp), progress)
        return count

    def flush(self) -> None:
        """Make a segment of what is in the log."""
        if self._tail.size > log.HEAD:
            with self._changing():
                self._add_segments(
                    [self._tail.rows], self._tail.labels, (self._tail.position, self._tail.stamp), _silent
                )

    def _open(self, shape: Shape) -> tuple[Manifest, Tail]:
        try:
            manifest = read_manifest(self.folder)
        except FileNotFoundError:
            manifest = self._create(shape)
        if manifest.shape != shape:
            raise WrongShape(f"{self.folder} holds {manifest.shape}, not {shape}")
        self._clean()
        tail = read_tail(self.folder, manifest)
        if tail.unsure:
            manifest = self._begin_log(replace(manifest, version=manifest.version + 1), tail)
            tail = read_tail(self.folder, manifest)
        return manifest, tail

    def _create(self, shape: Shape) -> Manifest:
        manifest = Manifest(shape, secrets.token_hex(4), 1, 0, (), (), "")
        self._clean()
        return self._begin_log(manifest, None)

    def _begin_log(self, manifest: Manifest, tail: Tail | None) -> Manifest:
        """Swap the manifest for one with a log of its own, in which a tail stands as one frame."""
        data = b""
        if tail is not None and tail.size > log.HEAD:
            data = log.encode(
                log.Frame(tail.position, tail.labels[len(manifest.labels) :], tail.rows, stamp=tail.stamp)
            )
        name = log_name(manifest.identity, manifest.version)
        self._disk.write(self.folder / name, log.head(log.HEAD + len(data)) + data)
        manifest = replace(manifest, log=name)
        swap_manifest(self.folder, manifest, self._disk)
        self._clean()
        return manifest

    def _append(self, rows: Rows, labels: tuple[str, ...], last: tuple[int, str]) -> None:
        fresh = labels[len(self._tail.labels) :]
        data = log.encode(log.Frame(last[0], fresh, rows, stamp=last[1]))
        path, end = self.folder / self._manifest.log, self._tail.size + len(data)
        with self._changing():
            self._disk.write_at(path, self._tail.size, data)
            self._disk.sync(path)
            self._disk.write_at(path, 0, log.head(end))
        joint = joined([self._tail.rows, rows], self._manifest.shape.width)
        self._tail = Tail(self._manifest.shape, joint, labels, last[0], end, unsure=False, stamp=last[1])

    def _add_segments(
        self, parts: Sequence[Rows], labels: tuple[str, ...], last: tuple[int, str], progress: Progress
    ) -> None:
        before = self._manifest
        built = build_parts(self.folder, before.shape, parts, lambda n: segment_name(before, n), self._disk, progress)
        segments = (*before.segments, *built)
        after = replace(
            before, version=before.version + 1, labels=labels, segments=segments, position=last[0], stamp=last[1]
        )
        self._manifest = self._begin_log(after, None)
        self._tail = read_tail(self.folder, self._manifest)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Let nothing follow on a change that failed half way: what is on disk is known once it is opened again."""
        if self._failed:
            raise RuntimeError(f"{self.folder}: a change failed half way; open the index again to go on")
        try:
            yield
        except BaseException:
            self._failed = True
            with suppress(OSError, CorruptSegment):
                self._clean()
            raise

    def _clean(self) -> None:
        clean(self.folder, self._disk, OF_WRITERS)


def _rows(change: Change, label: int, width: int) -> Rows:
    count = len(change.entries)
    if change.values.shape != (count, width):
        raise ValueError(f"values are (n, {width}), not {change.values.shape}")
    flags = change.enabled.astype(np.uint8) * ENABLED + change.removed.astype(np.uint8) * REMOVED
    return Rows(change.entries, change.values, np.full(count, label, np.uint32), flags)
