"""An index some of whose entries are taken for disabled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from tutela.detection.matching.index import Hit, LabelledIndex
from tutela.detection.matching.row_numbers import ROW_BITS


class DisablingIndex:
    """Implements LabelledIndex: finds what the index finds, and calls the named entries disabled."""

    def __init__(self, index: LabelledIndex, disabled: Collection[int], *, in_rows: bool = False) -> None:
        """`in_rows`: entries have many rows, whose numbers tell the entry."""
        self._index = index
        self._shift = ROW_BITS if in_rows else 0
        self._disabled = frozenset(disabled)

    @property
    def labels(self) -> Sequence[str]:
        """The index's labels."""
        return self._index.labels

    def __len__(self) -> int:
        """Return the number of entries, the disabled ones too."""
        return len(self._index)

    def search(self, queries: Sequence[bytes], threshold: int) -> list[list[Hit]]:
        """Return what the index returns, with the named entries disabled; raises what it raises."""
        found = self._index.search(queries, threshold)
        return [
            [replace(h, enabled=False) if h.entry >> self._shift in self._disabled else h for h in hits]
            for hits in found
        ]
