"""A fingerprint, and the interface of what computes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal, Protocol, runtime_checkable

from tutela.content.decode import RGB, Reduced

REFERENCE = "reference"
"""Computed the published way, from the full-size picture. Everything that is stored, listed or exported is."""


class BadFingerprint(ValueError):
    """A text is not a fingerprint of its kind; the message says what is expected."""


class Orientation(StrEnum):
    """How the item was turned so that the fingerprint fits: the symmetries of the square.

    Rotations are counterclockwise, as in Pillow and in the published code of PDQ.
    """

    UPRIGHT = "upright"
    ROTATED_90 = "rotated_90"
    ROTATED_180 = "rotated_180"
    ROTATED_270 = "rotated_270"
    FLIPPED_LEFT_RIGHT = "flipped_left_right"
    FLIPPED_TOP_BOTTOM = "flipped_top_bottom"
    TRANSPOSED = "transposed"
    TRANSVERSED = "transversed"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The value of one kind for one orientation of an item.

    `quality` is 0 to 100 where the kind has one. `computed` names how it was made (`reference` for the published
    way), so that a value is never compared with another made differently without anybody knowing.
    """

    kind: str
    value: bytes
    orientation: Orientation = Orientation.UPRIGHT
    quality: int | None = None
    computed: str = REFERENCE

    @property
    def hex(self) -> str:
        """The value as lower-case hexadecimal digits."""
        return self.value.hex()


class FingerprintKind(Protocol):
    """One kind of fingerprint. Implementations have no state and register under `tutela.fingerprints`."""

    KIND: ClassVar[str]
    """Its name in lists, events and answers."""
    VERSION: ClassVar[str]
    """The version of the technology, written into each detection."""
    BYTES: ClassVar[int]
    """The length of a value."""
    METRIC: ClassVar[Literal["equal", "hamming"]]
    """How two values are compared."""
    THRESHOLD: ClassVar[int]
    """The default distance up to which two values match; 0 for `equal`."""
    NEEDS: ClassVar[Literal["bytes", "pixels"]]
    """What it is computed from."""
    MINIMUM_QUALITY: ClassVar[int]
    """Below this quality a value says too little to be matched; 0 where there is no quality."""

    def parse(self, text: str) -> bytes:
        """Return the value that a text writes; raises BadFingerprint."""
        ...

    def of_bytes(self, data: bytes) -> Fingerprint:
        """Return the fingerprint of a file's bytes; raises TypeError if the kind needs pixels."""
        ...

    def of_pixels(self, pixels: RGB) -> Sequence[Fingerprint]:
        """Return one fingerprint for each orientation, upright first; raises TypeError if it needs bytes."""
        ...


@runtime_checkable
class OfReduced(Protocol):
    """A kind of fingerprint that can also be told from a reduced picture, nearly: enough to rule most items out."""

    ENOUGH: ClassVar[int]
    """The shorter side, in pixels, that a reduced picture has at least."""

    def of_reduced(self, picture: Reduced) -> Sequence[Fingerprint]:
        """Return one fingerprint for each orientation, upright first; `computed` says that it is not the reference."""
        ...


def parse_hex(kind: str, text: str, length: int) -> bytes:
    """Return `length` bytes from hexadecimal digits in either case; raises BadFingerprint."""
    digits = text.strip()
    try:
        value = bytes.fromhex(digits)
    except ValueError:
        value = b""
    if len(value) != length or len(digits) != 2 * length:
        raise BadFingerprint(f"{kind} is {2 * length} hexadecimal digits, not {digits[:80]!r}")
    return value
