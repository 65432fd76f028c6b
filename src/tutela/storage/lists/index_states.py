"""What lies on disk of the indexes, without bringing them up to date."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tutela.detection.matching.directory.manifest import read_manifest
from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.storage.lists.hash_lists import StoredHashLists
from tutela.storage.lists.list_indexes import ListIndexes


@dataclass(frozen=True, slots=True)
class IndexState:
    """The index of a kind. `rows` count an entry again that changed since it was added, until they are merged.

    `entries` are those of the database, disabled ones too; `bytes` is the size of the files. `problem` says what is
    damaged, and then the numbers that could not be read are 0.
    """

    kind: str
    entries: int
    rows: int = 0
    segments: int = 0
    bytes: int = 0
    revision: int = 0
    up_to_date: bool = False
    problem: str = ""

    @property
    def bytes_per_row(self) -> float:
        """Bytes of the files for each row; 0 where there is none."""
        return self.bytes / self.rows if self.rows else 0.0


def index_states(indexes: ListIndexes, lists: StoredHashLists, *, verify: bool = False) -> list[IndexState]:
    """Return the state of each index, by kind, also of those that are still to be made; with every byte verified if
    asked."""
    revision = lists.revision()
    entries: Counter[str] = Counter()
    for summary in lists.summaries():
        entries.update(summary.entries)
    folders = {folder.name: folder for folder in indexes.folders()}
    states = []
    for kind in sorted({*entries, *folders}):
        folder = folders.get(kind)
        if folder is None:
            states.append(IndexState(kind, entries[kind]))
            continue
        size = _size(folder)
        try:
            reader = IndexReader(folder)
            if verify:
                reader.verify()
            segments = len(read_manifest(folder).segments)
        except FileNotFoundError:
            states.append(IndexState(kind, entries[kind], bytes=size))
        except CorruptSegment as error:
            states.append(IndexState(kind, entries[kind], bytes=size, problem=str(error)))
        else:
            position = reader.position
            up_to_date = position == revision
            states.append(IndexState(kind, entries[kind], len(reader), segments, size, position, up_to_date))
    return states


def _size(folder: Path) -> int:
    size = 0
    for path in folder.iterdir():
        # A server may merge segments meanwhile.
        with suppress(FileNotFoundError):
            size += path.stat().st_size
    return size
