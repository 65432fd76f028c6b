"""An exact search within a Hamming radius over 256-bit values in memory, for measurements: it only counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tutela.detection.compiled import COMPILED

CHUNKS, BUCKETS, WIDTH = 16, 1 << 16, 32


class MemoryTables:
    """Values, (n, 32) of uint8. With the compiled part through its tables, else by comparing with every value.

    Tables take 115 bytes a value, and about a second to make for a million. Raises ValueError for another width.
    """

    def __init__(self, values: NDArray[np.uint8]) -> None:
        if values.ndim != 2 or values.shape[1] != WIDTH:
            raise ValueError(f"values are rows of {WIDTH} bytes, not of the shape {values.shape}")
        self._count = len(values)
        self._values = values
        if COMPILED and self._count:
            self._build()

    def __len__(self) -> int:
        """Return the number of values."""
        return self._count

    def __call__(self, queries: NDArray[np.uint8], radius: int) -> int:
        """Count the pairs of a query, (q, 32), and a value that are at most `radius` bits apart (0 to 63)."""
        if not self._count:
            return 0
        if COMPILED:
            return len(self._native.search(queries, radius, threads=1, verify=False)[0])
        words, asked = self._values.view(np.uint64), queries.view(np.uint64)
        near = (int(np.count_nonzero(np.bitwise_count(words ^ one).sum(axis=1) <= radius)) for one in asked)
        return sum(near)

    def _build(self) -> None:
        import tutela_core

        sizes = {
            "values": self._count * WIDTH,
            "starts": CHUNKS * (BUCKETS + 1) * 4,
            "nexts": CHUNKS * self._count * 2,
            "rows": (CHUNKS - 1) * 3 * self._count,
        }
        # Each section begins at a multiple of 64 bytes, so that every type is aligned.
        offsets, end = {}, 0
        for name, size in sizes.items():
            offsets[name], end = end, -(-(end + size) // 64) * 64
        # Some bytes more, since a row of 3 bytes is read as 4.
        file = np.zeros(end + 64, dtype=np.uint8)

        def section(name: str) -> NDArray[np.uint8]:
            return file[offsets[name] : offsets[name] + sizes[name]]

        values = section("values").reshape(-1, WIDTH)
        np.take(self._values, tutela_core.hamming_order(self._values), axis=0, out=values, mode="clip")
        starts = section("starts").view(np.uint32).reshape(CHUNKS, BUCKETS + 1)
        nexts = section("nexts").view(np.uint16).reshape(CHUNKS, self._count)
        rows = section("rows").reshape(CHUNKS - 1, 3 * self._count)
        for table in range(CHUNKS):
            at = rows[table - 1] if table else np.empty(0, np.uint8)
            tutela_core.hamming_fill_table(values, table, starts[table], nexts[table], at)
        self._values = values
        self._native = tutela_core.HammingSegment(file, self._count, **offsets, verified=None, block_bits=16)
