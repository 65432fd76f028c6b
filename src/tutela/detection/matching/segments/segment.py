"""A segment: finds rows near a value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.linear import Search
from tutela.detection.matching.rows import Rows
from tutela.detection.matching.segments.file import SegmentFile
from tutela.detection.matching.segments.searching import FlatSearch, SortedSearch, TableSearch

_AT_ONCE = 1 << 18


class Segment:
    """An open segment."""

    def __init__(self, path: Path, *, sequential: bool = False) -> None:
        """Open it: the header is verified now. Raises CorruptSegment, FileNotFoundError."""
        self.file = SegmentFile(path, sequential=sequential)
        self.shape = self.file.layout.shape
        match self.file.layout.organisation:
            case "tables":
                self.search: Search = TableSearch(self.file)
            case "flat":
                self.search = FlatSearch(self.file)
            case "sorted":
                self.search = SortedSearch(self.file)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.file.layout.count

    def described(self, rows: NDArray[np.uint32]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return entry, label and flags of some rows."""
        columns = self._columns
        for name in ("entries", "labels", "flags"):
            self.file.require(name, rows)
        return columns[0][rows], columns[1][rows], columns[2][rows]

    def entries(self) -> NDArray[np.uint64]:
        """Return the entry of every row, in the segment's order."""
        self.file.require("entries")
        return self._columns[0].astype(np.uint64)

    def parts(self) -> Iterator[Rows]:
        """Yield every row, in the segment's order, 262,144 at a time."""
        for name in ("values", "entries", "labels", "flags"):
            self.file.require(name)
        entries, labels, flags = self._columns
        values = self.file.column("values")
        for start in range(0, len(self), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            yield Rows(entries[part].astype(np.uint64), values[part], labels[part].astype(np.uint32), flags[part])

    @cached_property
    def _columns(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        return self.file.column("entries"), self.file.column("labels"), self.file.column("flags")
