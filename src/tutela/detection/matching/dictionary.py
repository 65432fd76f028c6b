"""Exact lookup of equal values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutela.detection.matching.index import Hit


class DictionaryIndex:
    """Equal values, in a dictionary. `length` is that of every value, in bytes."""

    def __init__(self, entries: Iterable[tuple[int, bytes]], length: int) -> None:
        self._length = length
        self._entries: dict[bytes, list[int]] = {}
        self._count = 0
        for entry, value in entries:
            if len(value) != length:
                raise ValueError(f"entry {entry} has {len(value)} bytes, not {length}")
            self._entries.setdefault(value, []).append(entry)
            self._count += 1
        for ids in self._entries.values():
            ids.sort()

    def __len__(self) -> int:
        """Return the number of entries."""
        return self._count

    def search(self, queries: Sequence[bytes], threshold: int = 0) -> list[list[Hit]]:
        """Return for each query the entries with the same value; the threshold must be 0."""
        if threshold != 0:
            raise ValueError("equal values have no distance: the threshold must be 0")
        for query in queries:
            if len(query) != self._length:
                raise ValueError(f"a query has {len(query)} bytes, not {self._length}")
        return [[Hit(0, entry) for entry in self._entries.get(query, ())] for query in queries]
