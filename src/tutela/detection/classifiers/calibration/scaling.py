"""From scores to probabilities, which hold at the mix they were made of: isotonic steps, and Platt's two numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tutela.detection.classifiers.calibration.labelled import F64, LabelledScores, TooFewLabels

_EDGE = 1e-7


@dataclass(frozen=True, slots=True)
class Isotonic:
    """A step function that never falls: from `scores[i]` on, up to the next, the probability is `probabilities[i]`.

    Both (n,), n at least 1, `scores` rising, `probabilities` not falling, 0 to 1. Below the first score, its
    probability. Raises ValueError.
    """

    scores: F64
    probabilities: F64

    def __post_init__(self) -> None:
        if self.scores.ndim != 1 or self.scores.shape != self.probabilities.shape or not len(self.scores):
            raise ValueError("a step function has as many probabilities as scores, and at least one")
        if not np.all(np.diff(self.scores) > 0) or not np.all(np.diff(self.probabilities) >= 0):
            raise ValueError("the scores of a step function rise, and its probabilities never fall")
        for part in (self.scores, self.probabilities):
            if not np.all((part >= 0) & (part <= 1)):
                raise ValueError("scores and probabilities lie between 0 and 1")

    def of(self, scores: F64) -> F64:
        """Return the probability of each score."""
        place = np.searchsorted(self.scores, scores, side="right") - 1
        return np.asarray(self.probabilities[np.maximum(place, 0)])


@dataclass(frozen=True, slots=True)
class Platt:
    """A logistic curve over the log-odds of the score: 1 / (1 + exp(-(slope * log(s / (1 - s)) + intercept))).

    Scores nearer than 1e-7 to 0 or 1 count as that far from them.
    """

    slope: float
    intercept: float

    def of(self, scores: F64) -> F64:
        """Return the probability of each score."""
        from scipy.special import expit

        return np.asarray(expit(self.slope * _log_odds(scores) + self.intercept))


def fit_isotonic(labelled: LabelledScores) -> Isotonic:
    """Return the step function nearest to the labels (least squares, by weight); raises TooFewLabels."""
    _check(labelled)
    from scipy.optimize import isotonic_regression

    scores, place = np.unique(labelled.score, return_inverse=True)
    weights = np.bincount(place, weights=labelled.weights)
    shares = np.bincount(place, weights=labelled.weights * labelled.positive) / weights
    fitted = np.clip(isotonic_regression(shares, weights=weights).x, 0.0, 1.0)
    steps = np.concatenate([[True], np.diff(fitted) > 0])
    return Isotonic(scores[steps], fitted[steps])


def fit_platt(labelled: LabelledScores) -> Platt:
    """Return Platt's curve, with his targets that keep away from 0 and 1 (Platt 1999; Lin, Lin and Weng 2007).

    Raises TooFewLabels.
    """
    _check(labelled)
    from scipy.optimize import minimize
    from scipy.special import expit

    odds, weights, positive = _log_odds(labelled.score), labelled.weights, labelled.positive
    # Weights say of how many items one speaks, but there are no more labels for it.
    weights = weights / weights.mean()
    right, wrong = float(weights[positive].sum()), float(weights[~positive].sum())
    wanted = np.where(positive, (right + 1) / (right + 2), 1 / (wrong + 2))

    def loss(curve: F64) -> tuple[float, F64]:
        raised = curve[0] * odds + curve[1]
        off = weights * (expit(raised) - wanted)
        value = float((weights * (np.logaddexp(0, raised) - wanted * raised)).sum())
        return value / len(odds), np.array([(off * odds).sum(), off.sum()]) / len(odds)

    start = np.array([0.0, np.log((right + 1) / (wrong + 1))])
    found = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-8})
    return Platt(float(found.x[0]), float(found.x[1]))


def at_prevalence(probabilities: F64, measured: float, wanted: float) -> F64:
    """Return probabilities that hold at the prevalence `wanted`, from those that hold at `measured`, each 0 to 1.

    The odds change by one factor, if positives and negatives score as they did. Raises ValueError.
    """
    if not 0 < measured < 1 or not 0 < wanted < 1:
        raise ValueError("a prevalence lies between 0 and 1 and is neither")
    factor = wanted / (1 - wanted) * (1 - measured) / measured
    return np.asarray(factor * probabilities / (factor * probabilities + 1 - probabilities))


def _log_odds(scores: F64) -> F64:
    within = np.clip(scores, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(within) - np.log1p(-within))


def _check(labelled: LabelledScores) -> None:
    if not labelled.positive.any() or labelled.positive.all():
        raise TooFewLabels("all labels are the same: a calibration needs positives and negatives")
