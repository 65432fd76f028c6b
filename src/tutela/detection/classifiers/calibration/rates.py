"""What a threshold does: recall and false positive rate with bounds, and what follows at another prevalence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tutela.detection.classifiers.calibration.bounds import betting_lower_bound, lower_band, upper_band
from tutela.detection.classifiers.calibration.labelled import F64, Flags, LabelledScores
from tutela.detection.classifiers.calibration.target import Target
from tutela.detection.classifiers.calibration.thresholds import CANDIDATES


@dataclass(frozen=True, slots=True)
class Range:
    """A rate between its bounds, each 0 to 1."""

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Of the positives, the share that is flagged; of the negatives likewise. All four bounds hold together."""

    recall: Range
    false_positive_rate: Range

    def precision_at(self, prevalence: float) -> Range:
        """Return the precision where that share of items is positive, 0 to 1 and neither; Bayes' rule."""
        if not 0 < prevalence < 1:
            raise ValueError(f"a prevalence lies between 0 and 1, not at {prevalence:g}")

        def precision(recall: float, false_positives: float) -> float:
            right, wrong = prevalence * recall, (1 - prevalence) * false_positives
            return right / (right + wrong) if right + wrong > 0 else 0.0

        recall, false_positives = self.recall, self.false_positive_rate
        return Range(
            precision(recall.low, false_positives.high),
            precision(recall.value, false_positives.value),
            precision(recall.high, false_positives.low) if recall.high > 0 else 0.0,
        )


def rates_at(labelled: LabelledScores, threshold: float, target: Target, seed: int) -> Rates:
    """Return the rates at a threshold that `choose` took by the same items, target and seed.

    The bounds hold together with the target's confidence, though the items chose the threshold: of items drawn one by
    one for all thresholds at once; of others, on the half that judged, for all thresholds that were offered.
    """
    miss = target.miss / 4
    if labelled.plain:
        return Rates(*(_banded(labelled.score[of], threshold, miss) for of in (labelled.positive, ~labelled.positive)))
    _, second = labelled.halves(seed)
    names, place = np.unique(second.groups, return_inverse=True)
    _, everywhere = np.unique(labelled.groups, return_inverse=True)
    most = float(np.bincount(everywhere, weights=labelled.weights).max())

    def summed(of: Flags) -> F64:
        sums = np.bincount(place, weights=np.where(of, second.weights, 0.0), minlength=len(names))
        return sums.astype(np.float64)

    def bet(of: Flags) -> Range:
        flagged = second.score >= threshold
        part, rest, whole = summed(of & flagged), summed(of & ~flagged), summed(of)
        if not whole.sum():
            return Range(0.0, 0.0, 1.0)
        low = betting_lower_bound(part, whole, most, miss / CANDIDATES)
        high = 1 - betting_lower_bound(rest, whole, most, miss / CANDIDATES)
        return Range(low, float(part.sum() / whole.sum()), high)

    return Rates(bet(second.positive), bet(~second.positive))


def _banded(scores: F64, threshold: float, miss: float) -> Range:
    count, above = len(scores), int((scores >= threshold).sum())
    if not count:
        return Range(0.0, 0.0, 1.0)
    return Range(lower_band(above, count, miss), above / count, upper_band(above, count, miss))
