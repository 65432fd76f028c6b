"""The linear model of one message's text: a number for each indicator, and one for its wording as a whole.

Weights are whole numbers, so that a sum is the same in whatever batch, order or machine a text is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tutela.detection.conversations.indicators import Indicator
from tutela.detection.conversations.texts import BUCKETS, COUNTS, F64, SIZES, batches

I16: TypeAlias = NDArray[np.int16]

WORDING = "wording"
OUTPUTS = (*(indicator.value for indicator in Indicator), WORDING)
COLUMNS = (*OUTPUTS, *COUNTS)
"""What `read` gives of a message: the probability of each indicator, the log-odds of its wording, its counts."""


@dataclass(frozen=True, slots=True)
class Output:
    """How a sum of weights becomes log-odds: `slope * (intercept + scale * sum / sqrt(grams)) + offset`.

    `slope` and `offset` are Platt's. An output that was not trained has a scale of 0.
    """

    trained: bool
    scale: float
    intercept: float
    slope: float = 1.0
    offset: float = 0.0


class Wording:
    """Weights (BUCKETS, outputs) of 16 bits, and an `Output` for each of OUTPUTS."""

    def __init__(self, weights: I16, outputs: Sequence[Output]) -> None:
        """Raise ValueError for arrays of another shape."""
        if weights.shape != (BUCKETS, len(OUTPUTS)) or weights.dtype != np.int16 or len(outputs) != len(OUTPUTS):
            raise ValueError(f"weights are ({BUCKETS}, {len(OUTPUTS)}) of 16 bits, not {weights.shape} {weights.dtype}")
        self.weights = weights
        self.outputs = tuple(outputs)
        # The last row is of what stands for nothing; rows of 32 bytes do not straddle lines of the cache.
        self._rows = np.zeros((BUCKETS + 1, 8), np.int32)
        self._rows[:-1, : len(OUTPUTS)] = weights
        self._scale = np.array([o.scale * o.slope for o in self.outputs])
        self._base = np.array([o.intercept * o.slope + o.offset if o.trained else -np.inf for o in self.outputs])
        if not self.outputs[-1].trained:
            self._base[-1] = 0.0

    def read(self, texts: Sequence[str]) -> F64:
        """Return (n, columns) in the order of COLUMNS. An indicator that was not trained has the probability 0."""
        result = np.empty((len(texts), len(COLUMNS)))
        for first, batch in batches(texts):
            here = result[first : first + len(batch.starts)]
            sums = np.zeros((len(batch.starts), self._rows.shape[1]), np.int64)
            for row in range(len(SIZES)):
                sums += np.add.reduceat(self._rows.take(batch.buckets[row], axis=0), batch.starts, axis=0)
            scaled = sums[:, : len(OUTPUTS)] / np.sqrt(batch.grams)[:, None]
            here[:, : len(OUTPUTS)] = self._base + scaled * self._scale
            here[:, : len(Indicator)] = sigmoid(here[:, : len(Indicator)])
            here[:, len(OUTPUTS) :] = batch.counts
        return result


def sigmoid(log_odds: F64) -> F64:
    """Return the probabilities of log-odds, without overflow."""
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))
