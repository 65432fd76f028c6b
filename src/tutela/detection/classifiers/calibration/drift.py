"""Whether scores still lie as they did when they were calibrated.

The rule. Recent scores of a class are held against the calibration's of the same class, in two ways:

- `shape`: the greatest distance between the two distribution functions (Kolmogorov and Smirnov) is more than both could
  lie from one truth: sqrt(log(4 / a) / 2n) for each of n scores (Dvoretzky, Kiefer and Wolfowitz; Massart 1990).
- `flagged`: the shares that reach the threshold lie apart, with the bounds of each that hold for any threshold.

Each has half of the false alarms. Where recent items have no labels they are held against the calibration's negatives,
and both ways leave room for as many positives as traffic has at most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tutela.detection.classifiers.calibration.bounds import lower_band, upper_band
from tutela.detection.classifiers.calibration.labelled import F64
from tutela.detection.classifiers.calibration.record import QUANTILES, Calibration, Reference

Class = Literal["positives", "negatives", "unlabelled"]


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """Scores of a class lie elsewhere than they did: by more than `allowed`, in one of the two ways.

    `shape`: `seen` is the distance of the distribution functions at `score`, 0 to 1. `flagged`: `seen` is the recent
    share at the threshold, which is `score`, and `allowed` the nearest share that would have passed.
    """

    way: Literal["shape", "flagged"]
    of: Class
    seen: float
    allowed: float
    score: float
    upwards: bool


@dataclass(frozen=True, slots=True)
class DriftCheck:
    """What was compared, and what was found; `smallest` is the least distance of shapes that could be found."""

    items: dict[Class, int]
    smallest: dict[Class, float]
    findings: tuple[DriftFinding, ...]


def check_labelled(calibration: Calibration, positives: F64, negatives: F64, false_alarms: float) -> DriftCheck:
    """Compare recent scores of both classes, each (n,) and independent of each other; one may be empty.

    Finds something where nothing has changed with a chance of at most `false_alarms`. Raises ValueError.
    """
    references = _references(calibration)
    classes: list[tuple[Class, Reference, F64]] = [
        ("positives", references[0], positives),
        ("negatives", references[1], negatives),
    ]
    there = [one for one in classes if len(one[2])]
    return _checked(calibration.threshold, there, false_alarms, 0.0)


def check_unlabelled(calibration: Calibration, scores: F64, false_alarms: float, prevalence: float) -> DriftCheck:
    """Compare recent scores, (n,), of which at most `prevalence` are of positives, with the calibration's negatives.

    Finds something where nothing has changed with a chance of at most `false_alarms`. Raises ValueError.
    """
    if not 0 <= prevalence < 1:
        raise ValueError(f"a prevalence lies between 0 and 1, not at {prevalence:g}")
    return _checked(
        calibration.threshold, [("unlabelled", _references(calibration)[1], scores)], false_alarms, prevalence
    )


def _references(calibration: Calibration) -> tuple[Reference, Reference]:
    if calibration.references is None:
        raise ValueError("the calibration was made of items with weights: recent scores cannot be held against them")
    return calibration.references.positives, calibration.references.negatives


def _checked(
    threshold: float, classes: list[tuple[Class, Reference, F64]], false_alarms: float, positives: float
) -> DriftCheck:
    if not 0 < false_alarms < 1:
        raise ValueError(f"a rate of false alarms lies between 0 and 1, not at {false_alarms:g}")
    if not classes or not all(len(scores) for _, _, scores in classes):
        raise ValueError("there are no recent scores")
    part = false_alarms / (2 * len(classes))
    findings: list[DriftFinding] = []
    smallest: dict[Class, float] = {}
    for name, reference, scores in classes:
        smallest[name] = _allowed(reference, len(scores), part) + positives
        findings += _shape(name, reference, scores, smallest[name])
        findings += _flagged(name, reference, scores, threshold, part, positives)
    return DriftCheck({name: len(scores) for name, _, scores in classes}, smallest, tuple(findings))


def _allowed(reference: Reference, recent: int, miss: float) -> float:
    apart = sum(math.sqrt(math.log(4 / miss) / (2 * count)) for count in (reference.items, recent))
    # Where only quantiles were kept, the function is known to one of their steps.
    return apart + (1 / QUANTILES if reference.items > QUANTILES else 0.0)


def _shape(name: Class, reference: Reference, scores: F64, allowed: float) -> list[DriftFinding]:
    before, now = np.array(reference.scores), np.sort(scores)
    # Step functions lie farthest apart where one of them steps.
    places = np.union1d(before, now)
    shares = [np.searchsorted(one, places, side="right") / len(one) for one in (before, now)]
    apart = shares[0] - shares[1]
    most = int(np.abs(apart).argmax())
    seen = float(abs(apart[most]))
    if seen <= allowed:
        return []
    return [DriftFinding("shape", name, seen, allowed, float(places[most]), bool(apart[most] > 0))]


def _flagged(
    name: Class, reference: Reference, scores: F64, threshold: float, miss: float, positives: float
) -> list[DriftFinding]:
    items, flagged = len(scores), int((scores >= threshold).sum())
    each = miss / 4
    highest = upper_band(reference.flagged, reference.items, each) + positives
    lowest = lower_band(reference.flagged, reference.items, each) * (1 - positives)
    if lower_band(flagged, items, each) > highest:
        return [DriftFinding("flagged", name, flagged / items, highest, threshold, upwards=True)]
    if upper_band(flagged, items, each) < lowest:
        return [DriftFinding("flagged", name, flagged / items, lowest, threshold, upwards=False)]
    return []
