"""An index as a plain dictionary, and changes to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.directory.writer import Change
from tutela.detection.matching.metrics import farthest
from tutela.detection.matching.shape import Shape

HAMMING = Shape("stand-in", "hamming", 8)
EQUAL = Shape("stand-in", "equal", 16)
TABLES = Shape("stand-in", "hamming", 32)


def value_of(entry: int, shape: Shape) -> bytes:
    """Return the value of an entry: some entries share one, some are near to another's."""
    alike = entry - entry % 3 if shape.metric == "equal" else entry
    drawn = bytearray(np.random.default_rng([alike, shape.width]).bytes(shape.width))
    if shape.metric == "hamming" and entry % 2:
        drawn = bytearray(value_of(entry - 1, shape))
        drawn[entry % shape.width] ^= 1 << entry % 8
    return bytes(drawn)


@dataclass(frozen=True)
class Put:
    """Entries, all under one label."""

    label: str
    entries: tuple[int, ...]
    enabled: bool = True
    removed: bool = False

    def change(self, shape: Shape) -> Change:
        values = b"".join(value_of(e, shape) for e in self.entries)
        count = len(self.entries)
        return Change(
            self.label,
            np.array(self.entries, np.uint64),
            np.frombuffer(values, np.uint8).reshape(count, shape.width),
            np.full(count, self.enabled),
            np.full(count, self.removed),
        )


@dataclass(frozen=True)
class State:
    """What an index answers with: the last position, and label and whether it is enabled for each entry."""

    position: int = 0
    entries: dict[int, tuple[str, bool]] = field(default_factory=dict)

    def after(self, puts: Iterable[Put]) -> State:
        entries = dict(self.entries)
        for put in puts:
            for entry in put.entries:
                if put.removed:
                    entries.pop(entry, None)
                else:
                    entries[entry] = (put.label, put.enabled)
        return State(self.position + 1, entries)


def observed(folder: Path, shape: Shape, universe: Iterable[int]) -> State:
    """Return the state of an index on disk, as searches show it."""
    try:
        reader = IndexReader(folder)
    except FileNotFoundError:
        return State()
    return seen_by(reader, shape, universe)


def seen_by(reader: IndexReader, shape: Shape, universe: Iterable[int]) -> State:
    """Return the state that an open reader shows. Asserts that every value leads to its own entries alone."""
    queries = [bytes(shape.width)] if shape.metric == "hamming" else sorted({value_of(e, shape) for e in universe})
    entries: dict[int, tuple[str, bool]] = {}
    for query, hits in zip(queries, reader.search(queries, farthest(shape)), strict=True):
        for hit in hits:
            assert hit.entry not in entries
            value = value_of(hit.entry, shape)
            assert hit.distance == sum((a ^ b).bit_count() for a, b in zip(query, value, strict=True))
            entries[hit.entry] = (reader.labels[hit.label], hit.enabled)
    return State(reader.position, entries)
