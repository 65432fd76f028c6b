"""How each organisation of a segment is searched."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tutela.detection.compiled import COMPILED
from tutela.detection.matching import hamming_tables
from tutela.detection.matching.found import NOTHING, Found, join
from tutela.detection.matching.linear import Search, search_of
from tutela.detection.matching.segments.file import SegmentFile
from tutela.detection.matching.segments.layout import BLOCK_BITS

if COMPILED:
    import tutela_core


class TableSearch:
    """By 16 chunks: matching.hamming_tables."""

    def __init__(self, file: SegmentFile) -> None:
        self._file = file
        self._by_comparing = FlatSearch(file)
        sections = file.layout.sections
        if COMPILED:
            self._native = tutela_core.HammingSegment(
                file.data,
                file.layout.count,
                sections["values"].offset,
                sections["starts"].offset,
                sections["nexts"].offset,
                sections["rows"].offset,
                file.verified,
                BLOCK_BITS,
            )

    def __call__(self, queries: NDArray[np.uint8], threshold: int, threads: int) -> Found:
        """Return the pairs within the threshold."""
        if threshold > hamming_tables.MOST_RADIUS:
            return self._by_comparing(queries, threshold, threads)
        if not COMPILED:
            return self._without_core(queries, threshold)
        while True:
            answer = self._native.search(queries, threshold, threads, not self._file.all_verified)
            query, row, distance, unverified = answer
            if not len(unverified):
                return Found(query, row, distance.astype(np.int64)) if len(query) else NOTHING
            self._file.verify(unverified)

    def _without_core(self, queries: NDArray[np.uint8], threshold: int) -> Found:
        # Which blocks NumPy touches is not known before: all are verified at the first search.
        self._file.verify_all()
        values, starts, nexts, rows = (self._file.column(n) for n in ("values", "starts", "nexts", "rows"))
        parts: list[Found] = []
        for number, query in enumerate(queries):
            found, distance = hamming_tables.search_one(values, starts, nexts, rows, query, threshold)
            parts.append(Found(np.full(len(found), number, np.uint32), found, distance))
        return join(parts)


class FlatSearch:
    """By comparing with every value."""

    def __init__(self, file: SegmentFile) -> None:
        self._file = file

    def __call__(self, queries: NDArray[np.uint8], threshold: int, threads: int) -> Found:
        """Return the pairs within the threshold."""
        return self._search(queries, threshold, threads)

    @cached_property
    def _search(self) -> Search:
        self._file.require("values")
        return search_of(self._file.layout.shape, self._file.column("values"))


class SortedSearch:
    """By equal values: a binary search for their first 8 bytes, then the rest is compared."""

    def __init__(self, file: SegmentFile) -> None:
        self._file = file

    def __call__(self, queries: NDArray[np.uint8], threshold: int, threads: int) -> Found:  # noqa: ARG002
        """Return the rows with the same value."""
        self._file.require("keys")
        keys = self._file.column("keys")
        values = self._file.column("values")
        wanted = first_bytes(queries)
        begin, end = np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")
        length = end - begin
        query = np.repeat(np.arange(len(queries), dtype=np.uint32), length)
        row = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length) + np.repeat(begin, length)
        self._file.require("values", row)
        same = (values[row] == queries[query]).all(axis=1)
        return Found(query[same], row[same].astype(np.uint32), np.zeros(int(same.sum()), np.int64))


def first_bytes(values: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return the first 8 bytes of each value, (n, width), as a number that sorts as the bytes do."""
    padded = np.zeros((len(values), 8), np.uint8)
    length = min(8, values.shape[1])
    padded[:, :length] = values[:, :length]
    return padded.view(">u8")[:, 0].astype(np.uint64)
