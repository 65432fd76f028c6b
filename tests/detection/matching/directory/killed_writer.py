"""Writes an index until it is killed, and tells on stdout what is done. Run as a module: folder, metric, seed."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.detection.matching.directory.model import EQUAL, HAMMING, Put
from tutela.detection.matching.directory import compaction, writer
from tutela.detection.matching.directory.compaction import compact, needs_compaction
from tutela.detection.matching.directory.locks import IndexBusy
from tutela.detection.matching.directory.writer import IndexWriter

PER_POSITION = 100


def puts_of(position: int) -> list[Put]:
    """Return the change that leads to a position: entries of its own, and now and then others disabled and removed."""
    rng = random.Random(position)
    first = position * PER_POSITION
    puts = [Put(f"list {position % 5}", tuple(range(first, first + rng.choice([1, 3, 8, 60]))))]
    if position > 3:
        puts.append(Put("disabled", (PER_POSITION * (position - 1),), enabled=False))
        puts.append(Put("removed", (PER_POSITION * (position - 3),), removed=True))
    return puts


def limits() -> None:
    """Set the limits low, as the tests do, so that every way is gone often."""
    for module, name, limit in (
        (writer, "LOG_ROWS", 20),
        (writer, "BULK_ROWS", 50),
        (writer, "MOST_ROWS", 40),
        (compaction, "LOG_ROWS", 20),
        (compaction, "FANOUT", 4),
    ):
        setattr(module, name, limit)


def _said(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def _positions(folder: Path, metric: str) -> Iterator[int]:
    shape = HAMMING if metric == "hamming" else EQUAL
    while True:
        with IndexWriter(folder, shape) as index:
            for position in range(index.position + 1, index.position + 6):
                index.apply([put.change(shape) for put in puts_of(position)], position)
                yield position


def main() -> None:
    """Write or compact, as the second argument says."""
    folder, metric, task = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    limits()
    _said("ready")
    if task == "write":
        for position in _positions(folder, metric):
            _said(position)
    while True:
        with suppress(IndexBusy):
            if needs_compaction(folder) and compact(folder):
                _said("merged")


if __name__ == "__main__":
    main()
