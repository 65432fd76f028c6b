"""What is measured: an index that is built, opened and asked, each in the form that its users give it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.uint8]
"""Fingerprints, shape (n, 32): 256 bits each."""


class Pairs(NamedTuple):
    """What was found, one row a pair: the number of the query in its array, the entry's number, bits between them."""

    query: NDArray[np.uint32]
    entry: NDArray[np.uint64]
    distance: NDArray[np.uint16]


class MissingPeerError(Exception):
    """A peer is not installed; the text says what is missing and how to get it."""


class Engine(Protocol):
    """One of the indexes compared. Entries are numbered from 0 in the order given."""

    def build(self, values: Values, folder: Path) -> None:
        """Build the index of `values`; what it keeps on disk goes into `folder`, which is empty."""

    def open(self, folder: Path) -> bool:
        """Open what `build` left in `folder` for searching; False where this engine has no such form."""

    def warm(self) -> None:
        """Read what is open once, as a server does before it answers; nothing where it is in memory already."""

    def prepare(self, query: bytes) -> Any:
        """Return a query in the form that this engine's users hold it in; not timed."""

    def search(self, prepared: Any, radius: int) -> Any:
        """Answer one query at most `radius` bits away, on one thread; this is what is timed."""

    def pairs(self, answers: Sequence[Any]) -> Pairs:
        """Return the answers to queries 0, 1, 2 ... as pairs; not timed."""

    def search_many(self, queries: Values, radius: int, threads: int) -> Pairs | None:
        """Answer all queries at once; None where this engine is not asked that way."""

    def versions(self) -> dict[str, str]:
        """Return names and versions of what does the work."""


def pairs_of(rows: list[tuple[int, int, int]]) -> Pairs:
    """Return pairs from rows of (query, entry, distance)."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Pairs(table[:, 0].astype(np.uint32), table[:, 1].astype(np.uint64), table[:, 2].astype(np.uint16))
