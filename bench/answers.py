"""Answers compared: every pair of query, entry and distance counts, not only what was planted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.engine import Pairs

Found = set[tuple[int, int, int]]
"""Rows of (query, entry, distance)."""


@dataclass
class Agreement:
    """How answers compare with the oracle's; counts of pairs."""

    queries: int = 0
    right: int = 0
    missed: int = 0
    wrong: int = 0

    def add(self, answers: Found, truth: Found, queries: int) -> None:
        """Count the answers to the first `queries` queries of both; a pair with another distance is a wrong one."""
        answers = {row for row in answers if row[0] < queries}
        truth = {row for row in truth if row[0] < queries}
        self.queries += queries
        self.right += len(answers & truth)
        self.missed += len(truth - answers)
        self.wrong += len(answers - truth)

    @property
    def recall(self) -> float | None:
        """The share of the oracle's pairs that were found; None where it has none."""
        true = self.right + self.missed
        return self.right / true if true else None


def read(file: Path) -> Found:
    """Return the pairs that a worker wrote."""
    with np.load(file, allow_pickle=False) as table:
        return rows(Pairs(table["query"], table["entry"], table["distance"]))


def rows(pairs: Pairs) -> Found:
    """Return pairs as a set of rows."""
    return set(zip(pairs.query.tolist(), pairs.entry.tolist(), pairs.distance.tolist(), strict=True))
