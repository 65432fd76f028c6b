"""How alike two clips are by TMK+PDQF: level 1 by what is seen, level 2 by what is seen when."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tutela.detection.fingerprints.fingerprint import Orientation
from tutela.detection.fingerprints.video.tmk import DIMENSION, LEVEL_1, LEVEL_2, PERIODS, WEIGHTS, Tmk

_WHOLE = float(WEIGHTS[0] + 2 * WEIGHTS[1:].sum())
"""What two clips that are one have at the offset 0."""


def level_1(one: Tmk, other: Tmk) -> float:
    """Return the cosine of the averages, -1 to 1; 0 where one of them is nothing."""
    lengths = float(np.linalg.norm(one.average)) * float(np.linalg.norm(other.average))
    return float(one.average.astype(np.float64) @ other.average) / lengths if lengths else 0.0


def level_2(one: Tmk, other: Tmk) -> float:
    """Return the score at the best offset in time of the best period: 1 for the same clip, near 0 for two others."""
    best = max(float(_at_offsets(one, other, number).max()) for number in range(len(PERIODS)))
    return best / _WHOLE


def matches(one: Tmk, other: Tmk, first: float = LEVEL_1, second: float = LEVEL_2) -> bool:
    """Return whether both scores reach their thresholds; the second is computed only where the first does."""
    return level_1(one, other) >= first and level_2(one, other) >= second


def turned(value: Tmk, orientation: Orientation) -> Tmk:
    """Return the value of the clip as it would be with each frame turned.

    Exact but for rounding: mirrored, the frequencies of odd order change their sign, and turned, rows are columns.
    """
    side = round(DIMENSION**0.5)
    order, signs = _TURNS[orientation]
    numbers = np.arange(DIMENSION).reshape(side, side)
    taken = (numbers.T if order else numbers).reshape(-1)
    # The frequencies go from 1 on, so that every second of them is odd, from the first.
    odd = np.where(np.arange(side) % 2 == 0, -1, 1)
    down, across = (odd if sign else np.ones(side) for sign in signs)
    factor = np.outer(down, across).reshape(-1).astype(np.float32)
    parts = (np.ascontiguousarray(part[..., taken] * factor) for part in (value.average, value.cosines, value.sines))
    return Tmk(value.frames, *parts)


_TURNS: Mapping[Orientation, tuple[bool, tuple[bool, bool]]] = {
    Orientation.UPRIGHT: (False, (False, False)),
    Orientation.ROTATED_90: (True, (True, False)),
    Orientation.ROTATED_180: (False, (True, True)),
    Orientation.ROTATED_270: (True, (False, True)),
    Orientation.FLIPPED_LEFT_RIGHT: (False, (False, True)),
    Orientation.FLIPPED_TOP_BOTTOM: (False, (True, False)),
    Orientation.TRANSPOSED: (True, (False, False)),
    Orientation.TRANSVERSED: (True, (True, True)),
}
"""Whether rows become columns, then whether it is mirrored down and across."""


def _at_offsets(one: Tmk, other: Tmk, number: int) -> NDArray[np.float64]:
    """Return the score at each offset within a period, in frames."""

    def dots(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.einsum("jd,jd->j", left[number], right[number], dtype=np.float64)
        return found

    together = dots(one.cosines, other.cosines) + dots(one.sines, other.sines)
    apart = dots(one.sines, other.cosines) - dots(one.cosines, other.sines)
    # The frequency 0 has no sine, so `together` is the product of its cosines alone.
    cosines, sines = _waves(PERIODS[number])
    scores: NDArray[np.float64] = cosines @ together + sines @ apart
    return scores


@cache
def _waves(period: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    angles = 2 * np.pi * np.outer(np.arange(period), np.arange(len(WEIGHTS))) / period
    return np.cos(angles), np.sin(angles)
