"""The published binary form of TMK+PDQF, 263,344 bytes: a header, periods, weights, then the vectors, little-endian."""

from __future__ import annotations

import struct

import numpy as np

from tutela.detection.fingerprints.fingerprint import BadFingerprint
from tutela.detection.fingerprints.video.tmk import DIMENSION, FRAMES_PER_SECOND, PERIODS, WEIGHTS, Tmk

MAGIC = b"TMK1FVECPDQF"
_HEADER = struct.Struct("<12s5i")
_FLOATS = np.dtype("<f4")
_SHAPE = (len(PERIODS), len(WEIGHTS), DIMENSION)
_WAVES = len(PERIODS) * len(WEIGHTS) * DIMENSION
BYTES = _HEADER.size + 4 * (len(PERIODS) + len(WEIGHTS) + DIMENSION + 2 * _WAVES)
_CLOSE = 1e-6
"""How far a weight may lie from ours, as a share of it: as published."""


def written(value: Tmk) -> bytes:
    """Return the file of a value."""
    sizes = (FRAMES_PER_SECOND, len(PERIODS), len(WEIGHTS), DIMENSION, value.frames)
    parts = (WEIGHTS, value.average, value.cosines, value.sines)
    return b"".join(
        [_HEADER.pack(MAGIC, *sizes), struct.pack(f"<{len(PERIODS)}i", *PERIODS)]
        + [np.ascontiguousarray(part, dtype=_FLOATS).tobytes() for part in parts]
    )


def read(data: bytes) -> Tmk:
    """Return the value in a file. Raises BadFingerprint if it is none, or of other periods, weights or frames."""
    if len(data) != BYTES or not data.startswith(MAGIC):
        raise BadFingerprint(f"a file of TMK+PDQF has {BYTES:,} bytes and begins with {MAGIC.decode()}")
    _, *sizes, frames = _HEADER.unpack_from(data)
    if sizes != [FRAMES_PER_SECOND, len(PERIODS), len(WEIGHTS), DIMENSION]:
        raise BadFingerprint(f"a file of TMK+PDQF of {sizes}: no value of it can be compared with ours")
    periods = struct.unpack_from(f"<{len(PERIODS)}i", data, _HEADER.size)
    numbers = np.frombuffer(data, _FLOATS, offset=_HEADER.size + 4 * len(PERIODS))
    weights, average, cosines, sines = np.split(numbers, np.cumsum([len(WEIGHTS), DIMENSION, _WAVES]))
    if periods != PERIODS or not np.allclose(weights, WEIGHTS, rtol=_CLOSE, atol=0):
        raise BadFingerprint("a file of TMK+PDQF of other periods or weights: no value of it can be compared with ours")
    try:
        return Tmk(frames, average, cosines.reshape(_SHAPE), sines.reshape(_SHAPE))
    except ValueError as error:
        raise BadFingerprint(str(error)) from error
