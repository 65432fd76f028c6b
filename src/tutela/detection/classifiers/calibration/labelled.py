"""Scores of one label with the truth beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

F64: TypeAlias = NDArray[np.float64]
I64: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


class TooFewLabels(ValueError):
    """What is asked cannot be said of these items; the message says what lacks."""


@dataclass(frozen=True, slots=True)
class LabelledScores:
    """Items in the order of their file, all arrays (n,).

    `score` is 0 to 1; `positive` what people found; `weight` above 0, for how many items one stands, None if each
    stands for itself; `group` a number for whatever draws items together, such as an account, None if items were
    drawn one by one. Raises ValueError.
    """

    score: F64
    positive: Flags
    weight: F64 | None = None
    group: I64 | None = None

    def __post_init__(self) -> None:
        parts = [self.positive, *(part for part in (self.weight, self.group) if part is not None)]
        if self.score.ndim != 1 or any(part.shape != self.score.shape for part in parts):
            raise ValueError("scores, labels, weights and groups are as many as each other")
        if not np.all((self.score >= 0) & (self.score <= 1)):
            raise ValueError("a score lies between 0 and 1")
        if self.weight is not None and not np.all((self.weight > 0) & np.isfinite(self.weight)):
            raise ValueError("a weight is a number above 0")

    def __len__(self) -> int:
        return len(self.score)

    @property
    def plain(self) -> bool:
        """Whether every item was drawn by itself and stands for itself alone."""
        return self.weight is None and self.group is None

    @property
    def weights(self) -> F64:
        """The weight of each item: 1 where none is given."""
        return np.ones(len(self)) if self.weight is None else self.weight

    @property
    def groups(self) -> I64:
        """The group of each item: one of its own where none is given."""
        return np.arange(len(self)) if self.group is None else self.group

    def of(self, chosen: Flags | I64) -> LabelledScores:
        """Return some of the items, by a mask or by their numbers."""
        return LabelledScores(
            self.score[chosen],
            self.positive[chosen],
            None if self.weight is None else self.weight[chosen],
            None if self.group is None else self.group[chosen],
        )

    def halves(self, seed: int) -> tuple[LabelledScores, LabelledScores]:
        """Return two halves, drawn at random, of which no group has items in both."""
        names, place = np.unique(self.groups, return_inverse=True)
        first = np.zeros(len(names), dtype=np.bool_)
        first[np.random.default_rng(seed).permutation(len(names))[: len(names) // 2]] = True
        return self.of(first[place]), self.of(~first[place])

    def one_of_each_group(self, seed: int) -> LabelledScores:
        """Return one item of each group, drawn at random: items that are independent of each other."""
        shuffled = np.random.default_rng(seed).permutation(len(self))
        _, first = np.unique(self.groups[shuffled], return_index=True)
        return self.of(np.sort(shuffled[first]))
