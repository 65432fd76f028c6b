"""PDQ, the 256-bit perceptual hash that Meta published (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the
PDQ Image-Hashing Algorithm", 2019). The reference way: from the full-size picture in colour, never upscaled.

A reduced picture, such as a JPEG gives at a fraction of the cost, is hashed with the blur of the full one: it differs
by a bit or two and not by eight (docs/explanation/reduced-decoding.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from tutela.content.decode import RGB, Reduced
from tutela.detection.compiled import COMPILED
from tutela.detection.fingerprints.fingerprint import REDUCED, REFERENCE, Fingerprint, Orientation, parse_hex

if COMPILED:
    from tutela_core import pdq
else:
    from tutela.detection.fingerprints.pdq_numpy import pdq

_SMALLEST_SIDE = 5


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
    ENOUGH: ClassVar[int] = 240

    def parse(self, text: str) -> bytes:
        """Return the 32 bytes that 64 hexadecimal digits write; raises BadFingerprint."""
        return parse_hex(self.KIND, text, self.BYTES)

    def of_bytes(self, data: bytes) -> Fingerprint:
        """Raise TypeError: PDQ is of pixels."""
        raise TypeError(f"pdq is computed from pixels, not from {len(data)} bytes")

    def of_pixels(self, pixels: RGB) -> Sequence[Fingerprint]:
        """Return 8 fingerprints, upright first; `pixels` has the shape (height, width, 3), uint8."""
        height, width = pixels.shape[:2]
        return self._made(pixels, height, width, 1, REFERENCE)

    def of_reduced(self, picture: Reduced) -> Sequence[Fingerprint]:
        """Return the 8 fingerprints of the full picture as far as a reduced one tells: some bits may differ."""
        computed = f"{REDUCED} 1/{picture.shrink}"
        return self._made(picture.luminance, picture.height, picture.width, picture.shrink, computed)

    def _made(
        self, samples: NDArray[np.uint8], height: int, width: int, shrink: int, computed: str
    ) -> Sequence[Fingerprint]:
        if min(height, width) < _SMALLEST_SIDE:
            # As published: too small to be hashed.
            values, quality = bytes(8 * self.BYTES), 0
        else:
            values, quality = pdq(np.ascontiguousarray(samples), height, width, shrink)
        parts = (values[start : start + self.BYTES] for start in range(0, len(values), self.BYTES))
        return [Fingerprint(self.KIND, part, o, quality, computed) for part, o in zip(parts, Orientation, strict=True)]
