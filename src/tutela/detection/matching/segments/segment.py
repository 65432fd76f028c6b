"""A segment: finds rows near a value."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.linear import Search
from tutela.detection.matching.rows import Rows
from tutela.detection.matching.segments.file import SegmentFile
from tutela.detection.matching.segments.searching import FlatSearch, SortedSearch, TableSearch


class Segment:
    """An open segment."""

    def __init__(self, path: Path) -> None:
        """Open it: the header is verified now. Raises CorruptSegment, FileNotFoundError."""
        self.file = SegmentFile(path)
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

    def rows(self) -> Rows:
        """Return every row, in the segment's order."""
        for name in ("values", "entries", "labels", "flags"):
            self.file.require(name)
        entries, labels, flags = self._columns
        values = self.file.column("values")
        return Rows(entries.astype(np.uint64), values, labels.astype(np.uint32), flags)

    @cached_property
    def _columns(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        return self.file.column("entries"), self.file.column("labels"), self.file.column("flags")
