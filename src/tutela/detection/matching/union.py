"""Several indexes searched as one: what is listed, and what might be."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from heapq import merge

from tutela.detection.matching.index import Hit, LabelledIndex


class UnionIndex:
    """Implements LabelledIndex over indexes of one shape whose entries have different numbers. Safe for threads."""

    def __init__(self, parts: Sequence[LabelledIndex]) -> None:
        """Raise ValueError where there is no part."""
        if not parts:
            raise ValueError("a union has at least one part")
        self._parts = tuple(parts)
        # A part may come to know more labels, so that a fixed offset for each would not do.
        self._labels: list[str] = []
        self._numbers: dict[str, int] = {}
        self._lock = threading.Lock()

    @property
    def labels(self) -> Sequence[str]:
        """The texts that labels stand for, by number: those that a search has met."""
        return self._labels

    def __len__(self) -> int:
        """Return the sum of the parts' lengths."""
        return sum(len(part) for part in self._parts)

    def search(self, queries: Sequence[bytes], threshold: int) -> list[list[Hit]]:
        """Return for each query every entry of any part within the threshold, nearest first, then by entry.

        Raises ValueError if a query has another length than the entries, or the threshold is out of range.
        """
        of_parts = [self._found(part, queries, threshold) for part in self._parts]
        return [list(merge(*of_query)) for of_query in zip(*of_parts, strict=True)]

    def _found(self, part: LabelledIndex, queries: Sequence[bytes], threshold: int) -> list[list[Hit]]:
        found = part.search(queries, threshold)
        texts = part.labels
        return [[Hit(h.distance, h.entry, self._number(texts[h.label]), h.enabled) for h in hits] for hits in found]

    def _number(self, text: str) -> int:
        number = self._numbers.get(text)
        if number is None:
            with self._lock:
                number = self._numbers.get(text)
                if number is None:
                    number = len(self._labels)
                    # The text before the number: who is told the number may ask for the text.
                    self._labels.append(text)
                    self._numbers[text] = number
        return number
