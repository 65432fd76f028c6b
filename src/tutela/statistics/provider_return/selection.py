"""The events of a figure: chosen when somebody asks, out of one small number that is kept for every event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
"""By the sequence number of each event, the code of its mark; 0 if no figure counts it."""
_CHUNK = 1 << 20


class Selected(Sequence[int]):
    """The sequence numbers of the events that have certain marks, in their order."""

    __slots__ = ("_codes", "_count", "_marks", "_wanted")

    def __init__(self, codes: Codes, marks: int, wanted: Sequence[int], count: int) -> None:
        """`marks` is the highest code that there is; `count` how many events have one of those that are wanted."""
        self._codes = codes
        self._marks = marks
        self._wanted = tuple(sorted(wanted))
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> int: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[int, ...]: ...

    def __getitem__(self, index: int | slice) -> int | tuple[int, ...]:
        if isinstance(index, int):
            start = index + self._count if index < 0 else index
            if not 0 <= start < self._count:
                raise IndexError(index)
            return self._some(start, start + 1)[0]
        start, stop, step = index.indices(self._count)
        return self._some(start, stop)[::step] if step > 0 else tuple(self)[index]

    def __iter__(self) -> Iterator[int]:
        for chunk in self._chunks():
            yield from chunk.tolist()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash((self._count, self._wanted))

    def __repr__(self) -> str:
        return f"Selected({self._count} events)"

    def _some(self, start: int, stop: int) -> tuple[int, ...]:
        found: list[int] = []
        before = 0
        for chunk in self._chunks():
            if before + len(chunk) > start:
                found += chunk[max(0, start - before) : stop - before].tolist()
            before += len(chunk)
            if before >= stop:
                break
        return tuple(found)

    def _chunks(self) -> Iterator[NDArray[np.int64]]:
        if not self._count:
            return
        chosen = np.zeros(self._marks + 1, dtype=bool)
        chosen[list(self._wanted)] = True
        for start in range(0, len(self._codes), _CHUNK):
            yield np.flatnonzero(chosen[self._codes[start : start + _CHUNK]]) + start
