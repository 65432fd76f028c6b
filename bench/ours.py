"""Tutela's index, as the measurements see it. The only file of bench/ that knows which class is measured."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from bench.engine import Pairs, Values, pairs_of
from tutela.detection.compiled import COMPILED
from tutela.detection.matching.hamming import LinearHammingIndex
from tutela.detection.matching.index import Hit

_VALUES = "values.npy"


class Ours:
    """The index of `tutela.detection.matching`."""

    def build(self, values: Values, folder: Path) -> None:
        """Build the index of `values` in `folder`."""
        np.save(folder / _VALUES, values)

    def open(self, folder: Path) -> bool:
        """Open the index in `folder`."""
        values = np.load(folder / _VALUES, allow_pickle=False)
        self._index = LinearHammingIndex((i, value.tobytes()) for i, value in enumerate(values))
        return True

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
        del threads
        return self.pairs(self._index.search([query.tobytes() for query in queries], radius))

    def versions(self) -> dict[str, str]:
        """Return the version of Tutela, and of its compiled part where it is used."""
        return {"tutela": version("tutela")} | ({"tutela-core": version("tutela-core")} if COMPILED else {})
