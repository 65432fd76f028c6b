"""PhotoDNA: 144 bytes that Microsoft's licensed library or service makes of a picture.

Matching them needs no licence; computing them does, and Tutela has no code that computes them. The platform's own
PhotoDNA sends the value with the item.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from tutela.content.decode import RGB
from tutela.detection.fingerprints.fingerprint import Fingerprint, parse_hex_or_base64


class PhotoDna:
    """PhotoDNA as it is compared: the square of the Euclidean distance, 0 to 144 * 255 ** 2 = 9,363,600.

    No threshold is published: what holds for the operator's licence and lists is the operator's to set.
    """

    KIND: ClassVar[str] = "photodna"
    VERSION: ClassVar[str] = "144-byte"
    BYTES: ClassVar[int] = 144
    METRIC: ClassVar[Literal["euclidean"]] = "euclidean"
    UNIT: ClassVar[str] = "squared units"
    THRESHOLD: ClassVar[None] = None
    NEEDS: ClassVar[Literal["given"]] = "given"
    MINIMUM_QUALITY: ClassVar[int] = 0

    def parse(self, text: str) -> bytes:
        """Return the 144 bytes that 288 hexadecimal digits or 192 characters of base64 write; raises BadFingerprint.

        Both are in use: lists of law enforcement and the makers' own tools write base64.
        """
        return parse_hex_or_base64(self.KIND, text, self.BYTES)

    def of_bytes(self, data: bytes) -> Fingerprint:
        """Raise TypeError: PhotoDNA is given."""
        raise TypeError(f"photodna is not computed here: it is given with the item, not made of {len(data)} bytes")

    def of_pixels(self, pixels: RGB) -> Sequence[Fingerprint]:
        """Raise TypeError: PhotoDNA is given."""
        raise TypeError(f"photodna is not computed here: it is given with the item, not made of {pixels.shape} pixels")
