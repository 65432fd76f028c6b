"""A model: the wording, the weights of a conversation's features, the calibration, the threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tutela.detection.conversations.features import NAMES
from tutela.detection.conversations.texts import F64
from tutela.detection.conversations.wording import Wording, sigmoid


@dataclass(frozen=True, slots=True)
class Calibration:
    """How log-odds become probabilities: Platt's sigmoid, or straight lines between `knots` (isotonic).

    Platt: `1 / (1 + exp(-(slope * x + offset)))`. Knots are pairs (log-odds, probability), both rising.
    """

    slope: float = 1.0
    offset: float = 0.0
    knots: tuple[tuple[float, float], ...] = ()

    @property
    def method(self) -> str:
        """Return the name of the method."""
        return "isotonic" if self.knots else "platt"

    def __call__(self, log_odds: F64) -> F64:
        """Return probabilities, of the same shape."""
        if self.knots:
            return np.asarray(np.interp(log_odds, [x for x, _ in self.knots], [p for _, p in self.knots]))
        return sigmoid(self.slope * log_odds + self.offset)


MOST = 6.0
"""Standard deviations from the mean beyond which a feature counts no further: one that training hardly saw."""


def standardised(rows: F64, mean: F64, scale: F64) -> F64:
    """Return (n, features) in standard deviations from the mean, cut at MOST."""
    return np.asarray(np.clip((rows - mean) / scale, -MOST, MOST))


@dataclass(frozen=True, slots=True)
class Model:
    """What was trained. `mean`, `scale` and `weights` have a number for each of the features' NAMES."""

    wording: Wording
    mean: F64
    scale: F64
    weights: F64
    intercept: float
    calibration: Calibration
    threshold: float

    def __post_init__(self) -> None:
        if not self.mean.shape == self.scale.shape == self.weights.shape == (len(NAMES),):
            raise ValueError(f"mean, scale and weights have {len(NAMES)} numbers each")

    def contributions(self, rows: F64) -> F64:
        """Return (n, features) log-odds that each feature adds to what a conversation with its mean would have."""
        return np.asarray(standardised(rows, self.mean, self.scale) * self.weights)

    def probabilities(self, rows: F64) -> F64:
        """Return (n,) calibrated probabilities of rows of features (n, features)."""
        return self.calibration(self.intercept + self.contributions(rows).sum(axis=1))
