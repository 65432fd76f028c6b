"""Figures of flags on held-out conversations: shares with bounds by account, curves, reliability, latency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tutela.detection.conversations.report import Bin, Bounded, Figures, Latency, Point
from tutela.detection.conversations.texts import F64, I64

Bools: TypeAlias = NDArray[np.bool_]

RESAMPLED = 1000
_TAIL = 0.025
_FOUND_BY = (1, 2, 3, 5, 8, 13, 21, 34, 55)
_POINTS = 40
_BINS = 10


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of held-out conversations, each array (n,).

    `flagged_at` is the number of the message that first reached the threshold, 0 for none; `highest` the highest
    probability, `last` the one after the last message; `length` how many messages there are.
    """

    labels: I64
    accounts: Sequence[str]
    languages: Sequence[str]
    length: I64
    flagged_at: I64
    highest: F64
    last: F64


def figures(labels: I64, flagged: Bools, accounts: Sequence[str], seed: int) -> Figures:
    """Return counts and shares with 95 % bounds: percentiles over accounts drawn anew with replacement.

    A share of exactly 0 or 1 never varies when drawn anew; its open end is then exact for so many accounts
    (Clopper and Pearson), which takes the conversations of an account for one.
    """
    names, number = np.unique(np.array(accounts, dtype=object).astype(str), return_inverse=True)
    true = labels == 1
    kinds = (flagged & true, flagged & ~true, ~flagged & true, ~flagged & ~true)
    counts = np.stack([np.bincount(number, one, minlength=len(names)) for one in kinds], axis=1)
    shares_of = np.full(len(names), 1 / len(names))
    drawn = np.asarray(np.random.default_rng(seed).multinomial(len(names), shares_of, RESAMPLED) @ counts, np.float64)
    total = counts.sum(axis=0)

    def bounded(top: Sequence[int], bottom: Sequence[int]) -> Bounded:
        whole = total[list(bottom)].sum()
        if not whole:
            return Bounded(value=None)
        value = float(total[list(top)].sum() / whole)
        with np.errstate(invalid="ignore"):
            shares = drawn[:, list(top)].sum(axis=1) / drawn[:, list(bottom)].sum(axis=1)
        low, high = np.nanpercentile(shares, [100 * _TAIL, 100 * (1 - _TAIL)])
        have = int((counts[:, list(bottom)].sum(axis=1) > 0).sum())
        if value == 1:
            low = _TAIL ** (1 / have)
        if value == 0:
            high = 1 - _TAIL ** (1 / have)
        return Bounded(value=value, low=float(low), high=float(high))

    precision, recall = bounded((0,), (0, 1)), bounded((0,), (0, 2))
    return Figures(
        conversations=len(labels),
        accounts=len(names),
        labelled=int(true.sum()),
        flagged=int(flagged.sum()),
        right=int(total[0]),
        precision=precision,
        recall=recall,
        f_half=_f_half(total, drawn, precision, recall),
        false_positive_rate=bounded((1,), (1, 3)),
    )


def _f_half(total: F64, drawn: F64, precision: Bounded, recall: Bounded) -> Bounded:
    """Return 1.25 right / (1.25 right + 0.25 missed + wrong): precision weighs more than recall."""

    def of(one: F64) -> F64:
        with np.errstate(invalid="ignore"):
            return np.asarray(1.25 * one[..., 0] / (1.25 * one[..., 0] + 0.25 * one[..., 2] + one[..., 1]))

    if not total[0] + total[1] + total[2]:
        return Bounded(value=None)
    low, high = np.nanpercentile(of(drawn), [100 * _TAIL, 100 * (1 - _TAIL)])
    if precision.value == recall.value == 1 and precision.low and recall.low:
        low = 1.25 * precision.low * recall.low / (0.25 * precision.low + recall.low)
    return Bounded(value=float(of(total)), low=float(low), high=float(high))


def curve(labels: I64, highest: F64) -> tuple[tuple[Point, ...], float]:
    """Return at most 40 points of precision against recall, and the average precision. There is a label of 1."""
    order = np.argsort(-highest, kind="stable")
    ranked, right = highest[order], np.cumsum(labels[order])
    ends = np.flatnonzero(np.append(ranked[1:] < ranked[:-1], True))
    precision, recall = right[ends] / (ends + 1), right[ends] / labels.sum()
    average = float((np.diff(recall, prepend=0.0) * precision).sum())
    shown = np.unique(np.linspace(0, len(ends) - 1, min(_POINTS, len(ends))).round().astype(int))
    points = zip(ranked[ends][shown].tolist(), precision[shown].tolist(), recall[shown].tolist(), strict=True)
    return tuple(Point(threshold=t, precision=p, recall=r) for t, p, r in points), average


def reliability(labels: I64, last: F64) -> tuple[tuple[Bin, ...], float, float]:
    """Return ten bins of equal width, the Brier score, and the expected calibration error over the bins."""
    number = np.minimum((last * _BINS).astype(int), _BINS - 1)
    bins, error = [], 0.0
    for one in range(_BINS):
        here = number == one
        count = int(here.sum())
        if count:
            mean, share = float(last[here].mean()), float(labels[here].mean())
            error += abs(mean - share) * count / len(labels)
            bins.append(
                Bin(
                    low=one / _BINS,
                    high=(one + 1) / _BINS,
                    conversations=count,
                    mean_probability=mean,
                    share_labelled=share,
                )
            )
    return tuple(bins), float(((last - labels) ** 2).mean()), error


def latency(tested: Outcomes) -> Latency:
    """Return how many messages it took until conversations labelled true were flagged; there is at least one."""
    true = tested.labels == 1
    right, flagged = true & (tested.flagged_at > 0), tested.flagged_at > 0
    at = tested.flagged_at[right]
    middle = max(int(np.median(tested.length)), 2)
    f_one = 2 * len(at) / (int(true.sum()) + int(flagged.sum()))
    # The penalty is 1/2 at the median length: -1 + 2 / (1 + exp(-p (k - 1))) = 1/2.
    steep = log(3) / (middle - 1)
    penalty = float(np.median(-1 + 2 / (1 + np.exp(-steep * (at - 1))))) if len(at) else 1.0
    return Latency(
        messages_median=float(np.median(at)) if len(at) else None,
        messages_p90=float(np.percentile(at, 90)) if len(at) else None,
        share_read_median=float(np.median(at / tested.length[right])) if len(at) else None,
        erde_5=_erde(tested, 5),
        erde_50=_erde(tested, 50),
        f_latency=f_one * (1 - penalty),
        half_speed_at=middle,
        found_by=tuple(
            (k, float(((tested.flagged_at > 0) & (tested.flagged_at <= k))[true].mean())) for k in _FOUND_BY
        ),
    )


def _erde(tested: Outcomes, late: int) -> float:
    """Return the mean cost: 1 for a miss, the share of labelled ones for a false flag, more the later a right one."""
    wrong = float((tested.labels == 1).mean())
    cost = 0.0
    for label, at in zip(tested.labels.tolist(), tested.flagged_at.tolist(), strict=True):
        if label and not at:
            cost += 1
        elif label:
            cost += 1 - 1 / (1 + exp(min(at - late, 500)))
        elif at:
            cost += wrong
    return cost / len(tested.labels)
