"""What a search finds, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.rows import ENABLED, REMOVED


class Found(NamedTuple):
    """Pairs within a threshold, in no order: number of the query, row, distance (int64)."""

    query: NDArray[np.uint32]
    row: NDArray[np.uint32]
    distance: NDArray[np.int64]


NOTHING = Found(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.int64))


class FoundEntries(NamedTuple):
    """Pairs within a threshold, by query, then nearest first, then by entry: each entry once a query."""

    query: NDArray[np.uint32]
    entry: NDArray[np.uint64]
    distance: NDArray[np.int64]
    label: NDArray[np.uint32]
    enabled: NDArray[np.bool_]


NO_ENTRIES = FoundEntries(
    np.empty(0, np.uint32), np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.bool_)
)


def as_queries(queries: Sequence[bytes], width: int) -> NDArray[np.uint8]:
    """Return queries as rows, (n, width); raises ValueError if one has another length."""
    for query in queries:
        if len(query) != width:
            raise ValueError(f"a query has {len(query)} bytes, not {width}")
    return np.frombuffer(b"".join(queries), np.uint8).reshape(len(queries), width)


def join(parts: list[Found]) -> Found:
    """Return the pairs of all parts."""
    if not parts:
        return NOTHING
    return Found(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def latest_entries(
    parts: list[tuple[Found, NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint8]]],
) -> FoundEntries:
    """Return each entry once a query, as the latest row has it, and none that was removed."""
    if not parts:
        return NO_ENTRIES
    query = np.concatenate([p[0].query for p in parts])
    distance = np.concatenate([p[0].distance for p in parts])
    entry, label, flags = (np.concatenate([p[i] for p in parts]) for i in (1, 2, 3))
    if len(query) > 1:
        # The age breaks ties, so that of the rows of one entry the last is the latest.
        by_entry = np.lexsort((np.arange(len(query)), entry, query))
        later = np.append(
            (entry[by_entry][1:] != entry[by_entry][:-1]) | (query[by_entry][1:] != query[by_entry][:-1]), True
        )
        latest = by_entry[later]
        latest = latest[flags[latest] & REMOVED == 0]
        order = latest[np.lexsort((entry[latest], distance[latest], query[latest]))]
    else:
        order = np.flatnonzero(flags & REMOVED == 0)
    return FoundEntries(
        query[order], entry[order], distance[order], label[order], (flags[order] & ENABLED).astype(bool)
    )
