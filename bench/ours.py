"""Tutela's index, as the measurements see it. The only file of bench/ that knows which class is measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from bench.engine import Pairs, Values, pairs_of
from tutela.detection.compiled import COMPILED
from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.directory.writer import Change, IndexWriter
from tutela.detection.matching.index import Hit
from tutela.detection.matching.shape import Shape

_SHAPE = Shape("pdq", "hamming", 32)
_AT_ONCE = 100_000


class Ours:
    """The index of `tutela.detection.matching`, on disk, as `tutela scan` and the server use it."""

    def build(self, values: Values, folder: Path) -> None:
        """Build the index of `values` in `folder`: durable when this returns."""
        with IndexWriter(folder, _SHAPE) as writer:
            writer.apply(_changes(values), 1)

    def open(self, folder: Path) -> bool:
        """Open the index in `folder`."""
        self._index = IndexReader(folder)
        return True

    def warm(self) -> None:
        """Verify and map all of it: the peers have theirs in memory."""
        self._index.warm()

    def prepare(self, query: bytes) -> list[bytes]:
        """Return the query as `search` takes it."""
        return [query]

    def search(self, prepared: list[bytes], radius: int) -> list[Hit]:
        """Answer one query."""
        return self._index.search(prepared, radius)[0]

    def pairs(self, answers: Sequence[list[Hit]]) -> Pairs:
        """Return the answers as pairs."""
        return pairs_of([(i, hit.entry, hit.distance) for i, hits in enumerate(answers) for hit in hits])

    def search_many(self, queries: Values, radius: int, threads: int) -> Pairs:
        """Answer all queries at once."""
        found = self._index.search_many(queries, radius, threads)
        return Pairs(found.query, found.entry, found.distance.astype(np.uint16))

    def versions(self) -> dict[str, str]:
        """Return the version of Tutela, and of its compiled part where it is used."""
        return {"tutela": version("tutela")} | ({"tutela-core": version("tutela-core")} if COMPILED else {})


def _changes(values: Values) -> Iterator[Change]:
    for start in range(0, len(values), _AT_ONCE):
        part = values[start : start + _AT_ONCE]
        every = np.ones(len(part), np.bool_)
        yield Change("list", np.arange(start, start + len(part), dtype=np.uint64), part, every, ~every)
