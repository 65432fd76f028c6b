"""An index in memory, of any metric."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Self

import numpy as np

from tutela.detection.matching.found import FoundEntries, as_queries, latest_entries
from tutela.detection.matching.index import Hit, hits_of
from tutela.detection.matching.linear import Search, search_of
from tutela.detection.matching.metrics import check_threshold
from tutela.detection.matching.rows import ENABLED, Rows
from tutela.detection.matching.shape import Shape


class MemoryIndex:
    """Rows in memory, compared one by one. Implements LabelledIndex; immutable."""

    def __init__(self, shape: Shape, rows: Rows, labels: Sequence[str]) -> None:
        self.shape = shape
        self.labels = labels
        self._rows = rows

    @classmethod
    def of(cls, shape: Shape, entries: Iterable[tuple[int, bytes, str, bool]]) -> Self:
        """Return an index of entry, value, label and whether it is enabled; raises ValueError for what is no value."""
        index = cls(shape, *rows_of(shape, entries))
        _ = index._search
        return index

    @cached_property
    def _search(self) -> Search:
        return search_of(self.shape, self._rows.values)

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._rows)

    def search(self, queries: Sequence[bytes], threshold: int) -> list[list[Hit]]:
        """Return for each query every entry within the threshold, nearest first, then by entry.

        Raises ValueError if a query has another length than the entries, or the threshold is out of range.
        """
        check_threshold(self.shape, threshold)
        found = self._search(as_queries(queries, self.shape.width), threshold, 1)
        rows = self._rows
        entries: FoundEntries = latest_entries(
            [(found, rows.entries[found.row], rows.labels[found.row], rows.flags[found.row])]
        )
        return hits_of(entries, len(queries))


def rows_of(shape: Shape, entries: Iterable[tuple[int, bytes, str, bool]]) -> tuple[Rows, tuple[str, ...]]:
    """Return entry, value, label and whether it is enabled as rows, and the labels by number.

    Raises ValueError for a value of another length.
    """
    numbers: dict[str, int] = {}
    ids, labels, flags = [], [], []
    values = bytearray()
    for entry, value, label, enabled in entries:
        if len(value) != shape.width:
            raise ValueError(f"entry {entry} has {len(value)} bytes, not {shape.width}")
        ids.append(entry)
        values += value
        labels.append(numbers.setdefault(label, len(numbers)))
        flags.append(ENABLED if enabled else 0)
    rows = Rows(
        np.array(ids, np.uint64),
        np.frombuffer(bytes(values), np.uint8).reshape(len(ids), shape.width),
        np.array(labels, np.uint32),
        np.array(flags, np.uint8),
    )
    return rows, tuple(numbers)
