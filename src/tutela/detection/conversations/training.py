"""From labelled conversations to a model (extra `classifiers`).

Wording first, then the conversation. A conversation's model and its calibration only ever see what the wording says of
messages that it was not trained on (stacking: Wolpert, Stacked Generalization, Neural Networks 5, 1992); otherwise it
would trust the wording far too much. Every message of a conversation is a row, so that probabilities hold while it
runs; the rows of one conversation weigh as much as one together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tutela.detection.conversations.material import Material
from tutela.detection.conversations.model import Calibration, Model, standardised
from tutela.detection.conversations.texts import BUCKETS, F64, I64
from tutela.detection.conversations.wording import OUTPUTS, WORDING, Output, Wording

FOLDS = 4
_LEAST_LABELS = 20
"""Messages with, and messages without an indicator, below which it is not trained."""
_STRENGTH = 20.0
"""The inverse of the ridge penalty of the wording (C of scikit-learn)."""


class CannotTrainError(ValueError):
    """The data are too few or too much of one kind."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How the threshold is chosen on held-out conversations: the best F0.5, or the lowest that keeps a precision."""

    precision: float | None = None

    def __str__(self) -> str:
        if self.precision is None:
            return "the highest F0.5 on held-out folds by account"
        return f"the lowest that keeps a precision of {self.precision:g} on held-out folds by account"

    def threshold(self, scores: F64, labels: I64) -> float:
        """Return the threshold for scores (n,), each the highest that its conversation had; labels are 0 or 1.

        Raises CannotTrainError if no threshold keeps the precision.
        """
        order = np.argsort(-scores, kind="stable")
        ranked, right = scores[order], np.cumsum(labels[order])
        flagged = np.arange(1, len(scores) + 1)
        ends = np.append(ranked[1:] < ranked[:-1], True)
        precision, recall = right / flagged, right / max(int(labels.sum()), 1)
        if self.precision is None:
            with np.errstate(invalid="ignore"):
                f_half = np.where(right > 0, 1.25 * precision * recall / (0.25 * precision + recall), 0.0)
            best = int(np.argmax(np.where(ends, f_half, -1.0)))
        else:
            kept = np.flatnonzero(ends & (precision >= self.precision))
            if not len(kept):
                raise CannotTrainError(
                    f"no threshold keeps a precision of {self.precision:g} on held-out conversations; "
                    "the highest is "
                    f"{precision[ends].max():.3f}: bring more data, or ask for less"
                )
            best = int(kept[-1])
        # Halfway to the next score: the score itself would be missed by the last bit of a sum.
        return float(ranked[best] if best + 1 == len(ranked) else (ranked[best] + ranked[best + 1]) / 2)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the operator chooses. `strength` is the inverse of the ridge penalty of a conversation's model.

    Without `wording` the wording as a whole counts for nothing: indicators, factors and counts alone decide.
    """

    seed: int
    rule: Rule = Rule()
    calibration: Literal["platt", "isotonic"] = "platt"
    strength: float = 1.0
    wording: bool = True


def folds_of(groups: Sequence[str], labels: I64, folds: int, seed: int) -> I64:
    """Return (n,) the fold of each, 0 to folds - 1: no group is in two, labels spread as evenly as groups allow.

    Raises CannotTrainError if the labelled ones, or the others, have fewer groups than there are folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    for label in (0, 1):
        have = len({group for group, one in zip(groups, labels, strict=True) if one == label})
        if have < folds:
            what = "labelled true" if label else "labelled false"
            raise CannotTrainError(f"conversations {what} are of {have} accounts; {folds} folds need at least {folds}")
    result = np.empty(len(labels), np.int64)
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for number, (_, test) in enumerate(splitter.split(np.zeros(len(labels)), labels, groups)):
        result[test] = number
    return result


def train(material: Material, chosen: I64, choices: Choices) -> Model:
    """Return a model of the chosen conversations (their places).

    Raises CannotTrainError where there are too few accounts of either kind.
    """
    from threadpoolctl import threadpool_limits

    # One thread: sums then have one order, whatever the machine, and such small matrices gain nothing by more.
    with threadpool_limits(1):
        return _trained(material, chosen, choices)


def _trained(material: Material, chosen: I64, choices: Choices) -> Model:
    labels = material.labels[chosen]
    fold = folds_of([material.data[one].account for one in chosen.tolist()], labels, FOLDS, choices.seed)
    logits = np.full((len(material.texts), len(OUTPUTS)), np.nan)
    inner = []
    for number in range(FOLDS):
        wording = _wording(material, chosen[fold != number], choices)
        held = np.isin(material.messages.of, chosen[fold == number])
        logits[held] = _log_odds(material, wording, held)
        inner.append(wording)
    platt = _platts(material, logits)
    parts, places, folds = [], [], []
    for number, wording in enumerate(inner):
        rows, of = material.rows(_calibrated(wording, platt), chosen[fold == number])
        parts.append(rows)
        places.append(of)
        folds.append(np.full(len(of), number))
    held_out = _HeldOut(np.concatenate(parts), np.concatenate(places), np.concatenate(folds))
    return _conversation_model(
        _calibrated(_wording(material, chosen, choices), platt), held_out, material.labels, choices
    )


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """Rows of features (n, features) whose wording was trained without them, their conversations and folds (n,)."""

    rows: F64
    of: I64
    fold: I64


def _wording(material: Material, chosen: I64, choices: Choices) -> Wording:
    from sklearn.linear_model import LogisticRegression

    messages = material.messages
    within = np.isin(messages.of, chosen)
    weights = np.zeros((BUCKETS, len(OUTPUTS)), np.int16)
    outputs = []
    for column, name in enumerate(OUTPUTS):
        rows = within & ~np.isnan(messages.targets[:, column])
        target = messages.targets[rows, column].astype(np.int64)
        left_out = name == WORDING and not choices.wording
        if left_out or min(int(target.sum()), int((1 - target).sum())) < _LEAST_LABELS:
            outputs.append(Output(trained=False, scale=0.0, intercept=0.0))
            continue
        share = messages.weights[rows]
        fitted = LogisticRegression(
            C=_STRENGTH, solver="liblinear", dual=True, tol=1e-2, max_iter=10_000, random_state=choices.seed
        ).fit(messages.grams[rows], target, sample_weight=share / share.mean())
        found = fitted.coef_[0]
        scale = float(np.abs(found).max()) / np.iinfo(np.int16).max or 1.0
        weights[:, column] = np.rint(found / scale).astype(np.int16)
        outputs.append(Output(trained=True, scale=scale, intercept=float(fitted.intercept_[0])))
    return Wording(weights, outputs)


def _log_odds(material: Material, wording: Wording, held: NDArray[np.bool_]) -> F64:
    """Return (messages, outputs) log-odds before calibration, NaN for what was not trained."""
    scale = np.array([one.scale if one.trained else np.nan for one in wording.outputs])
    found: F64 = np.asarray(material.messages.grams[held] @ wording.weights.astype(np.float64), np.float64)
    return np.asarray(found * scale + np.array([one.intercept for one in wording.outputs]))


def _platts(material: Material, logits: F64) -> list[tuple[float, float] | None]:
    """Return slope and offset of each output; None for an indicator that held-out messages do not bear out."""
    result: list[tuple[float, float] | None] = []
    for column, name in enumerate(OUTPUTS):
        target = material.messages.targets[:, column]
        known = ~np.isnan(logits[:, column]) & ~np.isnan(target)
        if name == WORDING:
            result.append((1.0, 0.0))
        elif not known.any() or len(np.unique(target[known])) < 2:
            result.append(None)
        else:
            slope, offset = _platt(logits[known, column], target[known].astype(np.int64), None)
            result.append((slope, offset) if slope > 0 else None)
    return result


def _platt(log_odds: F64, labels: I64, weights: F64 | None) -> tuple[float, float]:
    """Return slope and offset (Platt, Probabilistic Outputs for Support Vector Machines, 1999)."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=100.0, solver="newton-cholesky", max_iter=1000).fit(
        log_odds[:, None], labels, sample_weight=weights
    )
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _calibrated(wording: Wording, platt: Sequence[tuple[float, float] | None]) -> Wording:
    outputs = []
    for output, found in zip(wording.outputs, platt, strict=True):
        if found is None or not output.trained:
            outputs.append(Output(trained=False, scale=0.0, intercept=0.0))
        else:
            outputs.append(replace(output, slope=found[0], offset=found[1]))
    return Wording(wording.weights, outputs)


def _conversation_model(wording: Wording, held_out: _HeldOut, labels: I64, choices: Choices) -> Model:
    from sklearn.linear_model import LogisticRegression

    rows, of = held_out.rows, held_out.of
    target = labels[of]
    share = 1 / np.bincount(of)[of]
    mean = np.average(rows, axis=0, weights=share)
    spread = np.sqrt(np.average((rows - mean) ** 2, axis=0, weights=share))
    varies = spread > 1e-9
    scale = np.where(varies, spread, 1.0)
    scaled = standardised(rows, mean, scale) * varies

    def fit(within: NDArray[np.bool_]) -> tuple[F64, float]:
        fitted = LogisticRegression(C=choices.strength, solver="newton-cholesky", max_iter=1000).fit(
            scaled[within], target[within], sample_weight=share[within] * len(share) / share.sum() / 10
        )
        return fitted.coef_[0], float(fitted.intercept_[0])

    log_odds = np.empty(len(rows))
    for number in range(FOLDS):
        weights, intercept = fit(held_out.fold != number)
        here = held_out.fold == number
        log_odds[here] = scaled[here] @ weights + intercept
    calibration = _calibration(log_odds, target, share, choices)
    highest = np.full(int(of.max()) + 1, -1.0)
    np.maximum.at(highest, of, calibration(log_odds))
    there = np.unique(of)
    threshold = choices.rule.threshold(highest[there], labels[there])
    weights, intercept = fit(np.ones(len(rows), np.bool_))
    return Model(wording, mean, scale, weights * varies, intercept, calibration, threshold)


def _calibration(log_odds: F64, target: I64, share: F64, choices: Choices) -> Calibration:
    if choices.calibration == "platt":
        slope, offset = _platt(log_odds, target, share)
        return Calibration(slope, offset)
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(log_odds, target, sample_weight=share)
    knots = zip(fitted.X_thresholds_.tolist(), fitted.y_thresholds_.tolist(), strict=True)
    return Calibration(knots=tuple(knots))
