"""Exact search within a Hamming radius by comparing with every entry: plain, correct, and the oracle of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from tutela.detection.matching.index import Hit


class LinearHammingIndex:
    """Values of `length` bytes (a multiple of 8), compared one by one: 100,000 entries take about a millisecond."""

    def __init__(self, entries: Iterable[tuple[int, bytes]], length: int = 32) -> None:
        if length < 8 or length % 8:
            raise ValueError("the length is a multiple of 8 bytes")
        self._length = length
        ids: list[int] = []
        values = bytearray()
        for entry, value in entries:
            if len(value) != length:
                raise ValueError(f"entry {entry} has {len(value)} bytes, not {length}")
            ids.append(entry)
            values += value
        self._ids = np.array(ids, dtype=np.int64)
        # One column of words after another, so that a query runs through memory in order.
        words = np.frombuffer(bytes(values), dtype=np.uint64).reshape(-1, length // 8)
        self._columns = [np.ascontiguousarray(words[:, i]) for i in range(length // 8)]

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._ids)

    def search(self, queries: Sequence[bytes], threshold: int) -> list[list[Hit]]:
        """Return for each query every entry at most `threshold` bits away (0 to 8 * length)."""
        if not 0 <= threshold <= 8 * self._length:
            raise ValueError(f"the threshold is 0 to {8 * self._length} bits, not {threshold}")
        return [self._search_one(query, threshold) for query in queries]

    def _search_one(self, query: bytes, threshold: int) -> list[Hit]:
        if len(query) != self._length:
            raise ValueError(f"a query has {len(query)} bytes, not {self._length}")
        words = np.frombuffer(query, dtype=np.uint64)
        distance = np.zeros(len(self._ids), dtype=np.uint16)
        for column, word in zip(self._columns, words, strict=True):
            distance += np.bitwise_count(column ^ word)
        near = np.flatnonzero(distance <= threshold)
        return sorted(Hit(int(distance[i]), int(self._ids[i])) for i in near)
