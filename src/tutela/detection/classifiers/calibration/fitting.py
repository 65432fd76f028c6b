"""Making a calibration of labelled scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tutela.detection.classifiers.calibration.calibration_error import CalibrationError, calibration_error
from tutela.detection.classifiers.calibration.labelled import Flags, LabelledScores, TooFewLabels
from tutela.detection.classifiers.calibration.rates import Range, Rates, rates_at
from tutela.detection.classifiers.calibration.record import (
    QUANTILES,
    Bounded,
    Calibration,
    Curve,
    Data,
    ErrorOf,
    Errors,
    Promise,
    Reference,
    References,
    Steps,
)
from tutela.detection.classifiers.calibration.scaling import fit_isotonic, fit_platt
from tutela.detection.classifiers.calibration.target import Target
from tutela.detection.classifiers.calibration.thresholds import NoThreshold, Threshold, choose


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far scores and probabilities lie from what is so, on the half of the items that no fit saw."""

    score: CalibrationError
    isotonic: CalibrationError
    platt: CalibrationError


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was found: `calibration` is None where no threshold meets the target."""

    chosen: Threshold | NoThreshold
    rates: Rates | None
    reliability: Reliability
    calibration: Calibration | None


def fit(labelled: LabelledScores, target: Target, sha256: str, of: str | None = None, seed: int = 0) -> Fitted:
    """Choose the threshold, fit both scalings and measure them; `sha256` is of the file that the items were read from.

    Raises TooFewLabels where not both halves hold positives and negatives.
    """
    reliability = _reliability(labelled, target.confidence, seed)
    chosen = choose(labelled, target, seed)
    if isinstance(chosen, NoThreshold):
        return Fitted(chosen, None, reliability, None)
    rates = rates_at(labelled, chosen.value, target, seed)
    steps, curve = fit_isotonic(labelled), fit_platt(labelled)
    calibration = Calibration(
        calibration=1,
        of=of,
        threshold=chosen.value,
        promise=Promise(
            kind=target.kind,
            value=target.value,
            confidence=target.confidence,
            method=chosen.method,
            bound=chosen.bound,
            observed=chosen.observed,
            judged=chosen.judged,
            candidates=chosen.candidates,
            seed=seed,
        ),
        data=Data(
            sha256=sha256,
            items=len(labelled),
            positives=int(labelled.positive.sum()),
            groups=None if labelled.group is None else len(np.unique(labelled.group)),
            weighted=labelled.weight is not None,
            prevalence=prevalence(labelled),
        ),
        recall=_bounded(rates.recall),
        false_positive_rate=_bounded(rates.false_positive_rate),
        isotonic=Steps(scores=tuple(steps.scores.tolist()), probabilities=tuple(steps.probabilities.tolist())),
        platt=Curve(slope=curve.slope, intercept=curve.intercept),
        errors=Errors(
            score=_error(reliability.score),
            isotonic=_error(reliability.isotonic),
            platt=_error(reliability.platt),
        ),
        references=None if labelled.weight is not None else _references(labelled, chosen.value, seed),
    )
    return Fitted(chosen, rates, reliability, calibration)


def prevalence(labelled: LabelledScores) -> float:
    """Return the share of positives, by weight."""
    return float(labelled.weights[labelled.positive].sum() / labelled.weights.sum())


def _reliability(labelled: LabelledScores, confidence: float, seed: int) -> Reliability:
    seen, unseen = labelled.halves(seed)
    if not len(unseen):
        raise TooFewLabels("all items are of one group: a calibration needs many")
    return Reliability(
        calibration_error(unseen.score, unseen, confidence),
        calibration_error(fit_isotonic(seen).of(unseen.score), unseen, confidence),
        calibration_error(fit_platt(seen).of(unseen.score), unseen, confidence),
    )


def _references(labelled: LabelledScores, threshold: float, seed: int) -> References:
    def reference(of: Flags) -> Reference:
        scores = np.sort(labelled.of(of).one_of_each_group(seed).score)
        kept = scores
        if len(scores) > QUANTILES:
            kept = scores[np.ceil(np.arange(1, QUANTILES + 1) * len(scores) / QUANTILES).astype(np.int64) - 1]
        flagged = int((scores >= threshold).sum())
        return Reference(items=len(scores), flagged=flagged, scores=tuple(kept.tolist()))

    return References(positives=reference(labelled.positive), negatives=reference(~labelled.positive))


def _bounded(one: Range) -> Bounded:
    return Bounded(low=one.low, value=one.value, high=one.high)


def _error(one: CalibrationError) -> ErrorOf:
    return ErrorOf(value=one.value, low=one.low, high=one.high)
