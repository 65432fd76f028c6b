"""PDQ, the 256-bit perceptual hash that Meta published (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the
PDQ Image-Hashing Algorithm", 2019), computed the reference way: from the full-size picture, never upscaled.

The published code blurs the whole picture with two box filters along each axis and then samples 64 x 64 points.
Both steps are linear and act on rows and columns apart, so sampling them together is one product
`rows @ luma @ columns.T` with two small matrices that depend on the picture's size alone. That is the same
arithmetic in another order: it agrees with the published code but for rounding near the median.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from tutela.content.decode import RGB
from tutela.detection.fingerprints.fingerprint import Fingerprint, Orientation, parse_hex

_SIDE = 64
_FREQUENCIES = 16
_SMALLEST_SIDE = 5
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def _window(length: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the last input of each output of the published box filter along `length` samples."""
    full = (length + 2 * _SIDE - 1) // (2 * _SIDE)
    half = (full + 2) // 2
    position = np.arange(length)
    return np.maximum(position - (full - half), 0), np.minimum(position + half - 1, length - 1)


@lru_cache(maxsize=128)
def _blur_and_sample(length: int) -> NDArray[np.float32]:
    """Return the matrix, (64, length), that box-filters twice and samples 64 points."""
    if length == _SIDE:
        return np.eye(_SIDE, dtype=np.float32)
    first, last = _window(length)
    weight = 1.0 / (last - first + 1)
    samples = ((np.arange(_SIDE) + 0.5) * length / _SIDE).astype(np.int64)
    steps = np.zeros((_SIDE, length + 1))
    for row, sample in enumerate(samples):
        inner = np.arange(first[sample], last[sample] + 1)
        share = weight[sample] * weight[inner]
        np.add.at(steps[row], first[inner], share)
        np.add.at(steps[row], last[inner] + 1, -share)
    return np.cumsum(steps, axis=1)[:, :length].astype(np.float32)


def _dct_matrix() -> NDArray[np.float64]:
    frequency = np.arange(1, _FREQUENCIES + 1)[:, None]
    angle = np.pi / 2 / _SIDE * frequency * (2 * np.arange(_SIDE)[None, :] + 1)
    matrix: NDArray[np.float64] = np.sqrt(2 / _SIDE) * np.cos(angle)
    return matrix


_DCT = _dct_matrix()


def _reduce(pixels: RGB) -> tuple[NDArray[np.float64], ...]:
    """Return the blurred 64 x 64 luminance, 0 to 255: upright, flipped left-right, flipped top-bottom, turned by 180.

    The published filter samples off the centre, so a flipped picture has other samples than the flip of the samples;
    in small pictures that is tens of bits. Here each is what the published filter makes of the flipped picture.
    """
    height, width = pixels.shape[:2]
    if (height, width) == (_SIDE, _SIDE):
        luma = (pixels.astype(np.float32) @ _LUMA).astype(np.float64)
        return luma, luma[:, ::-1], luma[::-1], luma[::-1, ::-1]
    rows, columns = _blur_and_sample(height), _blur_and_sample(width)
    both = np.concatenate([rows, rows[:, ::-1]])
    reduced = np.zeros((2 * _SIDE, width), dtype=np.float32)
    # Slabs bound the memory to a few megabytes beside the picture itself.
    slab = max(1, 1_000_000 // width)
    for top in range(0, height, slab):
        luma32 = pixels[top : top + slab].astype(np.float32) @ _LUMA
        reduced += both[:, top : top + slab] @ luma32
    plain, mirrored = (reduced @ c.T for c in (columns, columns[:, ::-1]))
    parts = (plain[:_SIDE], mirrored[:_SIDE], plain[_SIDE:], mirrored[_SIDE:])
    return tuple(part.astype(np.float64) for part in parts)


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


class Pdq:
    """PDQ in the 8 orientations, from one pass over the picture."""

    KIND: ClassVar[str] = "pdq"
    VERSION: ClassVar[str] = "1"
    BYTES: ClassVar[int] = 32
    METRIC: ClassVar[Literal["hamming"]] = "hamming"
    UNIT: ClassVar[str] = "bits"
    THRESHOLD: ClassVar[int] = 31
    NEEDS: ClassVar[Literal["pixels"]] = "pixels"
    MINIMUM_QUALITY: ClassVar[int] = 50

    def parse(self, text: str) -> bytes:
        """Return the 32 bytes that 64 hexadecimal digits write; raises BadFingerprint."""
        return parse_hex(self.KIND, text, self.BYTES)

    def of_bytes(self, data: bytes) -> Fingerprint:
        """Raise TypeError: PDQ is of pixels."""
        raise TypeError(f"pdq is computed from pixels, not from {len(data)} bytes")

    def of_pixels(self, pixels: RGB) -> Sequence[Fingerprint]:
        """Return 8 fingerprints, upright first; `pixels` has the shape (height, width, 3), uint8."""
        if min(pixels.shape[:2]) < _SMALLEST_SIDE:
            # As published: too small to be hashed.
            return [Fingerprint(self.KIND, bytes(self.BYTES), o, 0) for o in Orientation]
        reduced = _reduce(pixels)
        quality = _quality(reduced[0])
        upright, left_right, top_bottom, half_turn = (_DCT @ part @ _DCT.T for part in reduced)
        turned = {
            Orientation.UPRIGHT: upright,
            Orientation.ROTATED_90: left_right.T,
            Orientation.ROTATED_180: half_turn,
            Orientation.ROTATED_270: top_bottom.T,
            Orientation.FLIPPED_LEFT_RIGHT: left_right,
            Orientation.FLIPPED_TOP_BOTTOM: top_bottom,
            Orientation.TRANSPOSED: upright.T,
            Orientation.TRANSVERSED: half_turn.T,
        }
        return [Fingerprint(self.KIND, _bits(c), o, quality) for o, c in turned.items()]
