"""The interface of an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """An entry within the threshold.

    `distance` is in the unit of the kind. `label` is what the entry was added under (which list, which class: whoever
    fills an index numbers its labels). One that is not enabled is found too, and says so.
    """

    distance: int
    entry: int
    label: int = 0
    enabled: bool = True


def grouped(
    parts: Sequence[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]], queries: int
) -> list[list[Hit]]:
    """Return the hits of each of `queries` queries in their order, from parts of (query, distance, entry)."""
    found: list[list[Hit]] = [[] for _ in range(queries)]
    for of, distances, entries in parts:
        for query, distance, entry in zip(of.tolist(), distances.tolist(), entries.tolist(), strict=True):
            found[query].append(Hit(distance, entry))
    for hits in found:
        hits.sort()
    return found


class Index(Protocol):
    """Finds entries near a value. The same value may be in it under many entries."""

    def __len__(self) -> int:
        """Return the number of entries."""
        ...

    def search(self, queries: Sequence[bytes], threshold: int) -> list[list[Hit]]:
        """Return for each query every entry within the threshold and none beyond, nearest first, then by entry.

        Raises ValueError if a query has another length than the entries, or the threshold is out of range.
        """
        ...
