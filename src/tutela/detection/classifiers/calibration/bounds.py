"""Bounds of a rate that hold with the confidence stated: exact for items drawn one by one, by betting for others."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from tutela.detection.classifiers.calibration.labelled import F64

_STAKES = np.geomspace(1e-4, 0.999, 24)
_NEAR = 1e-9


def lower_bound(successes: int, trials: int, miss: float) -> float:
    """Return the lower bound of a rate by Clopper and Pearson (Biometrika 26, 1934), wrong with at most `miss`."""
    _check(successes, trials, miss)
    from scipy.special import betaincinv

    return 0.0 if successes == 0 else float(betaincinv(successes, trials - successes + 1, miss))


def upper_bound(successes: int, trials: int, miss: float) -> float:
    """Return the upper bound of a rate by Clopper and Pearson, wrong with at most `miss`."""
    _check(successes, trials, miss)
    from scipy.special import betaincinv

    return 1.0 if successes == trials else float(betaincinv(successes + 1, trials - successes, 1 - miss))


def lower_band(above: int, items: int, miss: float) -> float:
    """Return a lower bound of the share of items that score a threshold or more, where `above` of `items` do.

    It holds for all thresholds at once, wrong with at most `miss` altogether: so also for one chosen by these items.
    The share at the j-th highest score is distributed at least as Beta(j, n - j + 1) (Wilks 1941), whatever the
    scores; the bound is that of the next lower of a few j that are fixed by n alone, each with its part of `miss`.
    """
    _check(above, items, miss)
    ranks = _ranks(items)
    return lower_bound(max(rank for rank in ranks if rank <= above), items, miss / len(ranks))


def upper_band(above: int, items: int, miss: float) -> float:
    """Return the upper bound that goes with `lower_band`."""
    _check(above, items, miss)
    ranks = _ranks(items)
    return upper_bound(min(rank for rank in ranks if rank >= above), items, miss / len(ranks))


def evidence(part: F64, whole: F64, share: float, most: float) -> float:
    """Return the logarithm of the evidence that the sum of `part` is more than `share` of the sum of `whole`.

    `part` and `whole` are (n,), one number for each group drawn, 0 <= part <= whole <= `most`; `share` is above 0. If
    the true share is no more, the evidence reaches log(1 / d) with a chance of at most d (Waudby-Smith and Ramdas
    2024, betting; Ville's inequality): the capital of a gambler who bets on each group, the mean over several stakes.
    """
    if not 0 < share <= 1 or most <= 0:
        raise ValueError(f"no evidence for a share of {share} where a group has at most {most}")
    gain = np.maximum((part - share * whole) / (share * most), -1.0)
    capital = np.array([np.log1p(stake * gain).sum() for stake in _STAKES])
    highest = float(capital.max())
    return highest + math.log(float(np.exp(capital - highest).mean()))


def betting_lower_bound(part: F64, whole: F64, most: float, miss: float) -> float:
    """Return a lower bound of the sum of `part` over the sum of `whole`, as `evidence` has it, wrong with at most
    `miss`."""
    wanted = -math.log(miss)
    return _edge(lambda share: evidence(part, whole, share, most) >= wanted)


def _edge(holds: Callable[[float], bool]) -> float:
    """Return the largest number of 0 to 1 up to which something holds, from below; 0 if for none."""
    low, high = 0.0, 1.0
    while high - low > _NEAR:
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _ranks(items: int) -> list[int]:
    """Return 0, `items` and between them numbers that grow by a fifth: about 70 for a million."""
    ranks = [0]
    while ranks[-1] < items:
        ranks.append(min(items, max(ranks[-1] + 1, int(ranks[-1] * 1.2))))
    return ranks


def _check(successes: int, trials: int, miss: float) -> None:
    if not 0 <= successes <= trials or not 0 < miss < 1:
        raise ValueError(f"no bound of {successes} of {trials} that is wrong with {miss}")
