"""PDQ in NumPy, for where the compiled part is not installed.

The published code blurs the whole picture with two box filters along each axis and then samples 64 x 64 points.
Both steps are linear and act on rows and columns apart, so sampling them together is one product
`rows @ luma @ columns.T` with two small matrices that depend on the picture's size alone. That is the same
arithmetic in another order: it agrees with the published code but for rounding near the median.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SIDE = 64
"""Pixels of a side of the picture that frequencies are taken of."""
_FREQUENCIES = 16
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def _window(length: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the last input of each output of the published box filter along `length` samples."""
    full = (length + 2 * SIDE - 1) // (2 * SIDE)
    half = (full + 2) // 2
    position = np.arange(length)
    return np.maximum(position - (full - half), 0), np.minimum(position + half - 1, length - 1)


@lru_cache(maxsize=128)
def _blur_and_sample(length: int, shrink: int) -> NDArray[np.float32]:
    """Return the matrix, (128, length / shrink), that box-filters `length` inputs twice and samples 64 points.

    The lower half does it to the mirrored picture. Where each input stands for the mean of `shrink`, it has the
    weight of them together: the blur is that of the full picture and not the other one of a small picture.
    """
    first, last = _window(length)
    weight = 1.0 / (last - first + 1)
    samples = ((np.arange(SIDE) + 0.5) * length / SIDE).astype(np.int64)
    steps = np.zeros((SIDE, length + 1))
    for row, sample in enumerate(samples):
        inner = np.arange(first[sample], last[sample] + 1)
        share = weight[sample] * weight[inner]
        np.add.at(steps[row], first[inner], share)
        np.add.at(steps[row], last[inner] + 1, -share)
    plain = np.cumsum(steps, axis=1)[:, :length]
    both = np.concatenate([plain, plain[:, ::-1]])
    return np.add.reduceat(both, np.arange(0, length, shrink), axis=1).astype(np.float32)


def _dct_matrix() -> NDArray[np.float64]:
    frequency = np.arange(1, _FREQUENCIES + 1)[:, None]
    angle = np.pi / 2 / SIDE * frequency * (2 * np.arange(SIDE)[None, :] + 1)
    matrix: NDArray[np.float64] = np.sqrt(2 / SIDE) * np.cos(angle)
    return matrix


_DCT = _dct_matrix()


def _reduce(pixels: NDArray[np.uint8], full_height: int, full_width: int, shrink: int) -> NDArray[np.float64]:
    """Return the blurred luminance, 0 to 255, (128, 128): 64 x 64 of the picture and of its three flips.

    The published filter samples off the centre, so a flipped picture has other samples than the flip of the samples;
    in small pictures that is tens of bits. Here each is what the published filter makes of the flipped picture.
    """
    height, width = pixels.shape[:2]
    rows, columns = _blur_and_sample(full_height, shrink), _blur_and_sample(full_width, shrink)
    reduced = np.zeros((2 * SIDE, width), dtype=np.float32)
    # Slabs bound the memory to a few megabytes beside the picture itself.
    slab = max(1, 1_000_000 // width)
    for top in range(0, height, slab):
        part = pixels[top : top + slab].astype(np.float32)
        reduced += rows[:, top : top + slab] @ (part @ _LUMA if part.ndim == 3 else part)
    return (reduced @ columns.T).astype(np.float64)


def _quality(reduced: NDArray[np.float64]) -> int:
    """Return the published image-domain quality, 0 to 100: how much structure the picture has."""
    down = np.abs(np.trunc((reduced[:-1] - reduced[1:]) * 100 / 255))
    across = np.abs(np.trunc((reduced[:, :-1] - reduced[:, 1:]) * 100 / 255))
    return min(100, int((down.sum() + across.sum()) // 90))


def _bits(coefficients: NDArray[np.float64]) -> bytes:
    """Return 32 bytes: coefficient 0,0 is the lowest bit of the last byte, as the published hex is written."""
    flat = coefficients.reshape(-1)
    median = np.partition(flat, 127)[127]
    return np.packbits(flat[::-1] > median).tobytes()


def coefficients(
    pixels: NDArray[np.uint8], full_height: int, full_width: int, shrink: int
) -> tuple[NDArray[np.float64], ...]:
    """Return the 16 x 16 frequencies: upright, flipped left-right, flipped top-bottom, turned by 180 degrees."""
    return _frequencies(_reduce(pixels, full_height, full_width, shrink))


def _quarters(reduced: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    return reduced[:SIDE, :SIDE], reduced[:SIDE, SIDE:], reduced[SIDE:, :SIDE], reduced[SIDE:, SIDE:]


def _frequencies(reduced: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    return tuple(_DCT @ part @ _DCT.T for part in _quarters(reduced))


def pdqf(luminance: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the 256 frequencies of a picture of 64 x 64, luminance 0 to 255: PDQ before it is made bits (PDQF)."""
    return (_DCT @ luminance @ _DCT.T).reshape(-1)


def pdq(pixels: NDArray[np.uint8], full_height: int, full_width: int, shrink: int) -> tuple[bytes, int]:
    """Return what `tutela_core.pdq` does: 8 values of 32 bytes, in the order of `Orientation`, and the quality.

    `pixels` has the shape (height, width, 3), RGB, or (height, width), luminance; each is the mean of `shrink` x
    `shrink` pixels of the full size.
    """
    reduced = _reduce(pixels, full_height, full_width, shrink)
    upright, left_right, top_bottom, half_turn = _frequencies(reduced)
    turned = (upright, left_right.T, half_turn, top_bottom.T, left_right, top_bottom, upright.T, half_turn.T)
    return b"".join(map(_bits, turned)), _quality(_quarters(reduced)[0])
