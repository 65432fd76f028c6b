"""Entries as columns: what is added to an index, and what lies in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ENABLED = 1
REMOVED = 2


@dataclass(frozen=True, slots=True)
class Rows:
    """`n` entries: number (uint64), value (uint8, (n, width)), label (uint32), flags (uint8: ENABLED, REMOVED).

    The value of an entry never changes. An entry that comes again has other flags or another label, and the later
    row counts.
    """

    entries: NDArray[np.uint64]
    values: NDArray[np.uint8]
    labels: NDArray[np.uint32]
    flags: NDArray[np.uint8]

    def __post_init__(self) -> None:
        count = len(self.entries)
        if self.values.ndim != 2 or any(len(column) != count for column in (self.values, self.labels, self.flags)):
            raise ValueError("the columns have different lengths")

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.entries)

    def take(self, rows: NDArray[np.intp]) -> Rows:
        """Return some rows, in the order asked for."""
        return Rows(self.entries[rows], self.values[rows], self.labels[rows], self.flags[rows])


def no_rows(width: int) -> Rows:
    """Return zero rows of values of `width` bytes."""
    return Rows(np.empty(0, np.uint64), np.empty((0, width), np.uint8), np.empty(0, np.uint32), np.empty(0, np.uint8))


def joined(parts: Sequence[Rows], width: int) -> Rows:
    """Return the rows of all parts, in their order."""
    if not parts:
        return no_rows(width)
    return Rows(
        np.concatenate([p.entries for p in parts]),
        np.concatenate([p.values for p in parts]),
        np.concatenate([p.labels for p in parts]),
        np.concatenate([p.flags for p in parts]),
    )
