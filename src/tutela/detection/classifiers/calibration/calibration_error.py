"""How far probabilities lie from what happens: bins for the plot, and the expected calibration error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tutela.detection.classifiers.calibration.bounds import lower_bound, upper_bound
from tutela.detection.classifiers.calibration.labelled import F64, Flags, LabelledScores

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Items whose probabilities lie near each other: what was said on average, and what was so.

    `share` is the bin's part of the weight of all. The bounds of all bins hold together; None where items have
    weights or groups, for which none are known here.
    """

    items: int
    share: float
    said: float
    found: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """The mean distance between what is said and what is so, over bins of as many items each; 0 is the best.

    Between `low` and `high` with the confidence asked, for these probabilities in these bins.
    """

    value: float
    low: float | None
    high: float | None
    bins: tuple[Bin, ...]


def calibration_error(said: F64, labelled: LabelledScores, confidence: float, bins: int = BINS) -> CalibrationError:
    """Compare probabilities, (n,), with the labels of items that had no part in making them.

    Given the probabilities, labels are independent coins; what Clopper and Pearson say of equal coins is then not
    too narrow (Hoeffding 1956). Raises ValueError for no items.
    """
    if len(said) != len(labelled) or not len(said):
        raise ValueError("as many probabilities as labels are compared, and at least one")
    edges = np.unique(np.quantile(said, np.arange(1, bins) / bins))
    place = np.searchsorted(edges, said, side="right")
    made = [_bin(said, labelled, place == number, confidence, len(edges) + 1) for number in np.unique(place)]
    value = sum(abs(one.said - one.found) * one.share for one in made)
    low: float | None = 0.0
    high: float | None = 0.0
    for one in made:
        if one.low is None or one.high is None or low is None or high is None:
            low = high = None
            break
        low += max(one.low - one.said, one.said - one.high, 0.0) * one.share
        high += max(one.said - one.low, one.high - one.said) * one.share
    return CalibrationError(value, low, high, tuple(made))


def _bin(said: F64, labelled: LabelledScores, number: Flags, confidence: float, bins: int) -> Bin:
    weights, positive = labelled.weights[number], labelled.positive[number]
    items, right, weight = len(weights), int(positive.sum()), float(weights.sum())
    low = high = None
    if labelled.plain:
        miss = (1 - confidence) / (2 * bins)
        low, high = lower_bound(right, items, miss), upper_bound(right, items, miss)
    return Bin(
        items=items,
        share=weight / float(labelled.weights.sum()),
        said=float((said[number] * weights).sum()) / weight,
        found=float(weights[positive].sum()) / weight,
        low=low,
        high=high,
    )
