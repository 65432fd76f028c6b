"""Indexes on disk that follow the hash lists of the database, one folder for each kind of fingerprint.

They hold nothing that the database does not: what is lost or damaged is made again. Every machine has its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from tutela.detection.fingerprints.fingerprint import FingerprintKind, LongValued
from tutela.detection.hashlists.hashlist import ChangeBatch, HashList, ListsAtOneMoment
from tutela.detection.hashlists.label import Label
from tutela.detection.matcher import UnknownKind
from tutela.detection.matching.directory.compaction import compact, needs_compaction
from tutela.detection.matching.directory.locks import COMPACTING, WRITING, IndexBusy, Lock
from tutela.detection.matching.directory.manifest import NAME as MANIFEST
from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.directory.writer import Change, IndexWriter, WrongShape
from tutela.detection.matching.row_numbers import numbered_rows
from tutela.detection.matching.shape import shape_of
from tutela.storage.lists.hash_lists import StoredHashLists

_LONG_TOGETHER = 64
PATIENCE = 5.0
"""Seconds. Small changes take milliseconds, the import of ten million entries half a minute."""

Progress = Callable[[str, float], None]
"""Called with the kind whose index is being made, and the share that is done, 0 to 1."""


def no_progress(_: str, __: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class ListsNow:
    """The lists at a revision, and the index of each kind that has entries."""

    revision: int
    lists: tuple[HashList, ...]
    indexes: Mapping[str, IndexReader]


class Closed(Exception):
    """The indexes were closed while they followed a change."""


class _AnotherHistory(Exception):
    """The index followed lists that went another way than those of the database."""


class ListIndexes:
    """Keeps the indexes in step with the database. Safe for threads, and for processes of one machine."""

    def __init__(
        self, folder: Path, lists: StoredHashLists, kinds: Callable[[], Mapping[str, FingerprintKind]]
    ) -> None:
        self._folder = folder
        self._lists = lists
        self._kinds = kinds
        self._lock = threading.Lock()
        self._now: ListsNow | None = None
        self._asking = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="indexes")
        self._closed = threading.Event()
        self._task: Future[ListsNow] | None = None

    def now(self, progress: Progress = no_progress) -> ListsNow:
        """Return the lists and indexes as the database has them, bringing the indexes up to date first.

        Raises UnknownKind where entries are of a kind that is not installed, OSError where the disk is full.
        """
        now = self._now
        if now is not None and now.revision == self._lists.revision():
            return now
        with self._lock, self._lists.at_one_moment() as moment:
            revision = moment.revision()
            if self._now is None or self._now.revision != revision:
                kinds = self._kinds()
                there = moment.kinds()
                if strange := [kind for kind in there if kind not in kinds and moment.matches(kind)]:
                    raise UnknownKind(strange[0])
                known = [kinds[kind] for kind in there if kind in kinds]
                indexes = {kind.KIND: self._following(kind, moment, revision, progress) for kind in known}
                self._now = ListsNow(revision, tuple(moment.lists()), indexes)
            return self._now

    def latest(self, patience: float = PATIENCE) -> ListsNow:
        """Return the same, but rather as it was than wait long: where millions of entries were imported meanwhile,
        items are compared with the lists as they were until the indexes are ready.

        Whoever notices a change first waits for up to `patience` seconds, nobody else does. Raises as `now` does.
        """
        before = self._now
        if before is None:
            return self.now()
        if before.revision == self._lists.revision():
            return before
        with self._asking:
            task = self._task
            noticed = task is None or task.done()
            if task is None or noticed:
                task = self._task = self._worker.submit(self.now)
        if noticed:
            wait([task], patience)
        return task.result() if task.done() else before

    def close(self) -> None:
        """Stop following changes. What is being read is given up; the next process reads it again."""
        self._closed.set()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def compact(self, *, everything: bool = False, progress: Progress = no_progress) -> bool:
        """Merge what has become many small segments, or all of them; return whether any were.

        Others may read and write meanwhile. What another process is merging is left to it.
        """
        merged = False
        for name in self.now().indexes:
            if everything or needs_compaction(self._folder / name):
                with suppress(IndexBusy):
                    tell = partial(progress, name)
                    merged = compact(self._folder / name, everything=everything, progress=tell) or merged
        return merged

    def warm(self) -> None:
        """Read what was not yet read of the indexes, so that no item waits for the disk. Raises CorruptSegment."""
        for reader in self.now().indexes.values():
            reader.refresh(now=True)
            reader.warm()

    def verify(self) -> dict[str, int]:
        """Verify every byte of every index; return the entries of each kind. Raises CorruptSegment."""
        counts = {}
        for name, reader in self.now().indexes.items():
            reader.verify()
            counts[name] = len(reader)
        return counts

    def _following(
        self, kind: FingerprintKind, moment: ListsAtOneMoment, revision: int, progress: Progress
    ) -> IndexReader:
        try:
            return self._followed(kind, moment, revision, progress)
        except (_AnotherHistory, WrongShape):
            _delete(self._folder / kind.KIND)
            self._now = None
            return self._followed(kind, moment, revision, progress)

    def _followed(
        self, kind: FingerprintKind, moment: ListsAtOneMoment, revision: int, progress: Progress
    ) -> IndexReader:
        folder = self._folder / kind.KIND
        shape = shape_of(kind)
        with IndexWriter(folder, shape) as writer:
            # Of a database that was restored from a backup, what came after it is not what the index has.
            if writer.position and moment.stamp(writer.position) != writer.stamp:
                raise _AnotherHistory
            if writer.position < revision:
                writer.apply(
                    self._changes(moment, writer.position, revision, kind),
                    revision,
                    lambda share: progress(kind.KIND, share),
                    stamp=moment.stamp(revision) or "",
                )
        if self._now is not None and (reader := self._now.indexes.get(kind.KIND)) is not None:
            reader.refresh(now=True)
            return reader
        return IndexReader(folder)

    def forget(self) -> None:
        """Delete the indexes; they are made again when they are next needed.

        Waits for others that write to them or merge them. Who has one open goes on with what is mapped.
        """
        with self._lock:
            self._now = None
            for folder in self.folders():
                _delete(folder)

    def folders(self) -> list[Path]:
        """Return the folder of each index that there is, by the name of its kind."""
        return sorted(path for path in self._folder.iterdir() if path.is_dir()) if self._folder.is_dir() else []

    def _changes(self, moment: ListsAtOneMoment, after: int, up_to: int, kind: FingerprintKind) -> Iterator[Change]:
        for batch in moment.changes_in_bulk(after, up_to, kind.KIND):
            if self._closed.is_set():
                raise Closed("the installation was closed")
            label = Label(batch.hashlist, batch.classification).text()
            if isinstance(kind, LongValued):
                yield from _in_rows(kind, batch, moment, label)
            else:
                yield Change(label, batch.entries, batch.values, batch.enabled, batch.removed)


def _in_rows(kind: FingerprintKind, batch: ChangeBatch, moment: ListsAtOneMoment, label: str) -> Iterator[Change]:
    """Yield the rows of entries whose values are long, a few entries at a time: each may have a megabyte."""
    for start in range(0, len(batch), _LONG_TOGETHER):
        part = slice(start, start + _LONG_TOGETHER)
        names = [bytes(name) for name in batch.values[part]]
        long = moment.long_values(kind.KIND, names)
        numbers: list[int] = []
        values: list[bytes] = []
        of_entry: list[int] = []
        for at, (entry, name) in enumerate(zip(batch.entries[part].tolist(), names, strict=True), start):
            for number, value in numbered_rows(kind, entry, long[name]):
                numbers.append(number)
                values.append(value)
                of_entry.append(at)
        if numbers:
            rows = np.frombuffer(b"".join(values), np.uint8).reshape(len(values), kind.BYTES)
            yield Change(label, np.array(numbers, np.uint64), rows, batch.enabled[of_entry], batch.removed[of_entry])


def _delete(folder: Path) -> None:
    # The files of the locks stay: two who hold the locks of different files would both write.
    with closing(Lock(folder, COMPACTING, wait=True)), closing(Lock(folder, WRITING, wait=True)):
        (folder / MANIFEST).unlink(missing_ok=True)
        for path in folder.iterdir():
            if path.name not in (WRITING, COMPACTING):
                path.unlink()
