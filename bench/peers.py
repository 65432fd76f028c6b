"""The peers: faiss's flat binary index, and the index that Meta's HMA builds for PDQ."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench.engine import MissingPeerError, Pairs, Values, pairs_of


def peer(module: str, package: str) -> Any:
    """Return an installed module of a peer; raises MissingPeerError with what to do."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingPeerError(
            f"{package} is not installed ({error}): make .venv/.bench installs it; "
            "threatexchange and pdqhash need a C++ compiler and the headers of Python"
        ) from error


class FaissFlat:
    """`faiss.IndexBinaryFlat.range_search`: the comparison with every entry, and the oracle of all answers."""

    _FILE = "flat.faiss"

    def __init__(self) -> None:
        """Raise MissingPeerError where faiss is not installed."""
        self._faiss = peer("faiss", "faiss-cpu")
        self._faiss.omp_set_num_threads(1)

    def build(self, values: Values, folder: Path) -> None:
        """Build the index and write it to disk, as ours is."""
        index = self._faiss.IndexBinaryFlat(256)
        index.add(values)
        self._faiss.write_index_binary(index, str(folder / self._FILE))

    def open(self, folder: Path) -> bool:
        """Read the index from disk."""
        self._index = self._faiss.read_index_binary(str(folder / self._FILE))
        return True

    def warm(self) -> None:
        """Do nothing: it is in memory."""

    def prepare(self, query: bytes) -> Values:
        """Return the query as an array of one row."""
        return np.frombuffer(query, dtype=np.uint8)[None, :]

    def search(self, prepared: Values, radius: int) -> Any:
        """Answer one query; faiss takes the first distance that is too far."""
        return self._index.range_search(prepared, radius + 1)

    def pairs(self, answers: Sequence[Any]) -> Pairs:
        """Return the answers as pairs."""
        return pairs_of(
            [
                (i, int(entry), int(distance))
                for i, (_, distances, entries) in enumerate(answers)
                for entry, distance in zip(entries, distances, strict=True)
            ]
        )

    def search_many(self, queries: Values, radius: int, threads: int) -> Pairs:
        """Answer all queries at once."""
        self._faiss.omp_set_num_threads(threads)
        try:
            limits, distances, entries = self._index.range_search(queries, radius + 1)
        finally:
            self._faiss.omp_set_num_threads(1)
        query = np.repeat(np.arange(len(queries), dtype=np.uint32), np.diff(limits.astype(np.int64)))
        return Pairs(query, entries.astype(np.uint64), distances.astype(np.uint16))

    def versions(self) -> dict[str, str]:
        """Return the version of faiss."""
        return {"faiss-cpu": version("faiss-cpu")}


class Pytx:
    """What HMA builds and asks for PDQ: `PdqSignal.get_index_cls()`, which is `PDQIndex` on faiss's MultiHash."""

    def __init__(self) -> None:
        """Raise MissingPeerError where threatexchange or faiss is not installed."""
        self._faiss = peer("faiss", "faiss-cpu")
        signal = peer("threatexchange.signal_type.pdq.signal", "threatexchange")
        self._kind = signal.PdqSignal.get_index_cls()
        self._faiss.omp_set_num_threads(1)

    def build(self, values: Values, folder: Path) -> None:
        """Build the index the way HMA's background task does: a list of texts and numbers, then `build`."""
        del folder
        self._index = self._kind.build([(value.tobytes().hex(), i) for i, value in enumerate(values)])

    def open(self, folder: Path) -> bool:
        """Say that there is nothing to open: its form on disk is a pickle, which this project never reads."""
        del folder
        return False

    def warm(self) -> None:
        """Do nothing: it is in memory."""

    def prepare(self, query: bytes) -> str:
        """Return the query as hexadecimal text, which is what the index takes."""
        return query.hex()

    def search(self, prepared: str, radius: int) -> Any:
        """Answer one query; the radius is the class's own, 31."""
        if radius != self._kind.get_match_threshold():
            raise ValueError(f"{self._kind.__name__} has a radius of {self._kind.get_match_threshold()}, no other")
        return self._index.query(prepared)

    def pairs(self, answers: Sequence[Any]) -> Pairs:
        """Return the answers as pairs."""
        return pairs_of(
            [
                (i, int(match.metadata), int(match.similarity_info.distance))
                for i, matches in enumerate(answers)
                for match in matches
            ]
        )

    def search_many(self, queries: Values, radius: int, threads: int) -> None:
        """Return None: HMA asks one by one."""
        del queries, radius, threads

    def versions(self) -> dict[str, str]:
        """Return the versions, and the name of the class."""
        return {
            "threatexchange": version("threatexchange"),
            "threatexchange index": self._kind.__name__,
            "faiss-cpu": version("faiss-cpu"),
        }
