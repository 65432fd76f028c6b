"""TMK+PDQF as a kind of fingerprint in lists: the published file of a clip."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from tutela.content.decode import RGB
from tutela.detection.fingerprints.fingerprint import BadFingerprint, Fingerprint
from tutela.detection.fingerprints.video import tmk_file
from tutela.detection.fingerprints.video.tmk import DIMENSION, LEVEL_1, Tmk


class TmkPdqf:
    """Clips as a whole. BYTES is of the row that an index holds: the average of level 1, at length 1, as float32."""

    KIND: ClassVar[str] = "tmk"
    VERSION: ClassVar[str] = "1"
    BYTES: ClassVar[int] = 4 * DIMENSION
    METRIC: ClassVar[Literal["cosine"]] = "cosine"
    UNIT: ClassVar[str] = "millionths"
    THRESHOLD: ClassVar[int] = round(1_000_000 * (1 - LEVEL_1))
    NEEDS: ClassVar[Literal["video"]] = "video"
    MINIMUM_QUALITY: ClassVar[int] = 0

    def parse(self, text: str) -> bytes:
        """Return the published file that base64 or hexadecimal digits write; raises BadFingerprint."""
        written = text.strip()
        try:
            is_hex = len(written) == 2 * tmk_file.BYTES
            data = bytes.fromhex(written) if is_hex else base64.b64decode(written, validate=True)
        except ValueError as error:
            raise BadFingerprint(f"tmk is the published file of {tmk_file.BYTES:,} bytes in base64") from error
        tmk_file.read(data)
        return data

    def written(self, value: bytes) -> str:
        """Return the file in base64."""
        return base64.b64encode(value).decode()

    def rows(self, value: bytes) -> Sequence[bytes]:
        """Return the average of level 1; nothing of a clip in which nothing is to be seen."""
        return level_1_row(tmk_file.read(value))

    def of_bytes(self, data: bytes) -> Fingerprint:
        """Raise TypeError: it is of a video."""
        raise TypeError(f"tmk is computed from a video's frames, not from {len(data)} bytes")

    def of_pixels(self, pixels: RGB) -> Sequence[Fingerprint]:
        """Raise TypeError: it is of a video."""
        raise TypeError(f"tmk is computed from a video's frames, not from {pixels.shape} pixels")


def level_1_row(value: Tmk) -> Sequence[bytes]:
    """Return the average at length 1, as an index holds it; nothing where it has no direction."""
    average = value.average.astype(np.float64)
    length = float(np.linalg.norm(average))
    return [(average / length).astype("<f4").tobytes()] if length > 0 else []
