"""The interface of an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tutela.detection.matching.found import FoundEntries


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


def hits_of(found: FoundEntries, queries: int) -> list[list[Hit]]:
    """Return the hits of each of `queries` queries."""
    hits: list[list[Hit]] = [[] for _ in range(queries)]
    if len(found.query):
        columns = (column.tolist() for column in found)
        for query, entry, distance, label, enabled in zip(*columns, strict=True):
            hits[query].append(Hit(distance, entry, label, enabled))
    return hits


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


class LabelledIndex(Index, Protocol):
    """An index whose entries carry labels."""

    @property
    def labels(self) -> Sequence[str]:
        """The texts that labels stand for, by number. More come; what a number stands for never changes."""
        ...
