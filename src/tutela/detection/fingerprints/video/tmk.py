"""TMK+PDQF (Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019): a value of a clip.

Each frame of 15 a second becomes 256 numbers, the frequencies that PDQ makes its bits of. Their average says what is
seen (level 1). Averages weighted by cosines and sines of time, for four periods, say when (level 2), so that a clip is
found in another wherever it begins. Periods and weights are those of Poullot et al., 2015.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutela.content.video import Frame
from tutela.detection.fingerprints.pdq_numpy import SIDE, pdqf

FRAMES_PER_SECOND = 15
DIMENSION = 256
PERIODS = (2731, 4391, 9767, 14653)
"""In frames."""
WEIGHTS = np.array(
    [
        0.0708041893112, 0.13937789309, 0.132897260304, 0.122765735552, 0.109878684888, 0.09529606433,
        0.0800986647852, 0.0652590650356, 0.0515478238322, 0.0394851531195, 0.0293374252025, 0.0211492623679,
        0.0147973073245, 0.0100512818746, 0.0066306408014, 0.00424947117334, 0.0026467615764, 0.00160270959695,
        0.000943882629639, 0.000540841638603, 0.000301633183798, 0.000163800158855, 8.66454753015e-05,
        4.46626303151e-05, 2.24429442235e-05, 1.09982139799e-05, 5.25823487999e-06, 2.45358229988e-06,
        1.11781474895e-06, 4.97406489221e-07, 2.16265487234e-07, 9.19087006565e-08,
    ],
    dtype=np.float32,
)  # fmt: skip
"""Of each frequency in time: Bessel functions at 32, tabulated as published."""
LEVEL_1, LEVEL_2 = 0.7, 0.7
"""The published thresholds: two clips match where both scores reach them."""

Vectors = NDArray[np.float32]
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
_TOGETHER = 64
"""Frames that are summed in one product."""


@dataclass(frozen=True, slots=True)
class Tmk:
    """The value of a clip. `average` has 256 numbers; `cosines` and `sines` have the shape (4, 32, 256).

    `frames` is how many went into it, at 15 a second. Raises ValueError for another shape or what is no number.
    """

    frames: int
    average: Vectors
    cosines: Vectors
    sines: Vectors

    def __post_init__(self) -> None:
        waves = (len(PERIODS), len(WEIGHTS), DIMENSION)
        if self.average.shape != (DIMENSION,) or self.cosines.shape != waves or self.sines.shape != waves:
            raise ValueError(f"a value of TMK+PDQF has the shapes {(DIMENSION,)}, {waves}, {waves}")
        if self.frames < 1 or not all(np.isfinite(part).all() for part in (self.average, self.cosines, self.sines)):
            raise ValueError("a value of TMK+PDQF is of one frame or more, and finite")


class Summing:
    """Sums up frames as they come: what it holds does not grow with the length of the clip."""

    def __init__(self) -> None:
        self._count = 0
        self._average = np.zeros(DIMENSION)
        shape = (len(PERIODS), len(WEIGHTS), DIMENSION)
        self._cosines, self._sines = np.zeros(shape), np.zeros(shape)
        self._waiting: list[NDArray[np.float64]] = []

    def add(self, pixels: NDArray[np.uint8], times: int = 1) -> None:
        """Add a frame of the shape (64, 64, 3), as often as it counts in a row."""
        feature = pdqf(pixels.astype(np.float32) @ _LUMA)
        self._waiting.extend([feature] * times)
        if len(self._waiting) >= _TOGETHER:
            self._sum()

    def value(self) -> Tmk | None:
        """Return the value of what was added; None if there was no frame, or nothing in any."""
        self._sum()
        if self._count == 0:
            return None
        roots = np.sqrt(WEIGHTS)[None, :, None]
        return Tmk(
            self._count,
            (self._average / self._count).astype(np.float32),
            (_normal(self._cosines) * roots).astype(np.float32),
            (_normal(self._sines) * roots).astype(np.float32),
        )

    def _sum(self) -> None:
        if not self._waiting:
            return
        features = np.array(self._waiting)
        self._waiting.clear()
        self._average += features.sum(axis=0)
        normal = _normal(features)
        moment = np.arange(self._count, self._count + len(features))
        for number, period in enumerate(PERIODS):
            angles = 2 * np.pi * np.outer(np.arange(len(WEIGHTS)), moment) / period
            self._cosines[number] += np.cos(angles) @ normal
            self._sines[number] += np.sin(angles) @ normal
        self._count += len(features)


def summed(frames: Iterable[tuple[Frame, int]]) -> Tmk | None:
    """Return the value of frames, each with how often it counts in a row; None if there are none."""
    summing = Summing()
    for frame, times in frames:
        summing.add(frame.scaled(SIDE), times)
    return summing.value()


def _normal(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each vector along the last axis at length 1; one of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    normal: NDArray[np.float64] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return normal
