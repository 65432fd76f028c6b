"""Rows on their way into segments, on disk so that ten million of them do not stand in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np

from tutela.detection.matching.rows import Rows


class Staging:
    """Columns in nameless files, gone once they are closed."""

    def __init__(self, folder: Path, width: int) -> None:
        self._width = width
        self._files: list[IO[bytes]] = [tempfile.TemporaryFile(dir=folder) for _ in range(4)]  # noqa: SIM115
        self._count = 0

    def add(self, rows: Rows) -> None:
        """Add rows. Raises OSError where there is no room."""
        columns = (rows.entries, rows.values, rows.labels, rows.flags)
        for stream, column in zip(self._files, columns, strict=True):
            stream.write(np.ascontiguousarray(column).data)
        self._count += len(rows)

    def parts(self, most: int) -> Iterator[Rows]:
        """Yield the rows, in their order, in parts of at most `most`, mapped from the files."""
        if not self._count:
            return
        for stream in self._files:
            stream.flush()
        entries, values, labels, flags = (
            np.memmap(stream, dtype, "r", shape=(self._count, *rest))
            for stream, dtype, rest in zip(
                self._files, (np.uint64, np.uint8, np.uint32, np.uint8), ((), (self._width,), (), ()), strict=True
            )
        )
        parts = -(-self._count // most)
        for part in range(parts):
            piece = slice(part * self._count // parts, (part + 1) * self._count // parts)
            yield Rows(entries[piece], values[piece], labels[piece], flags[piece])

    def close(self) -> None:
        """Give the space back."""
        for stream in self._files:
            # What it still holds back is of no use, so there need not be room for it.
            with suppress(OSError):
                stream.close()
