"""A fingerprint, and the interface of what computes one."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal, Protocol, runtime_checkable

from tutela.content.decode import RGB, Reduced
from tutela.content.place import WHOLE, Place

REFERENCE = "reference"
"""Computed the published way, from the full-size picture. Everything that is stored, listed or exported is."""
REDUCED = "luminance"
"""How `computed` begins where a reduced picture was enough."""

Metric = Literal["equal", "hamming", "euclidean", "cosine"]
"""Bits that differ; the square of the Euclidean distance of bytes; millionths of 1 - cosine of float32 values."""
Needs = Literal["bytes", "pixels", "given", "video"]


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
    way, `given` if it came with the item), so that a value is never compared with another made differently without
    anybody knowing. `place` is what in the item it was made of.
    """

    kind: str
    value: bytes
    orientation: Orientation = Orientation.UPRIGHT
    quality: int | None = None
    computed: str = REFERENCE
    place: Place = WHOLE

    @property
    def reduced(self) -> bool:
        """Whether it was told from a reduced picture: enough to rule an item out, not to flag it."""
        return self.computed.startswith(REDUCED)

    @property
    def hex(self) -> str:
        """The value as lower-case hexadecimal digits."""
        return self.value.hex()


class FingerprintKind(Protocol):
    """One kind of fingerprint. Implementations do not change once made and register under `tutela.fingerprints`.

    What a kind says of itself is of its class where it is the same in every installation (`KIND: ClassVar[str]`), and
    of the instance where the operator's settings decide it.
    """

    @property
    def KIND(self) -> str:
        """Its name in lists, events and answers: at most 40 characters."""
        ...

    @property
    def VERSION(self) -> str:
        """The version of the technology, written into each detection."""
        ...

    @property
    def BYTES(self) -> int:
        """The length of a value."""
        ...

    @property
    def METRIC(self) -> Metric:
        """How two values are compared."""
        ...

    @property
    def UNIT(self) -> str:
        """What a distance counts, in the plural; empty for `equal`, which has none."""
        ...

    @property
    def THRESHOLD(self) -> int | None:
        """The default distance up to which two values match; 0 for `equal`.

        None where no published value holds for everybody: it is matched once the operator has set a threshold.
        """
        ...

    @property
    def NEEDS(self) -> Needs:
        """What it is computed from; `given` if it is not computed here and comes with the item.

        Values of a `video` are compared as detection.clip_matching says, and not one by one.
        """
        ...

    @property
    def MINIMUM_QUALITY(self) -> int:
        """Below this quality a value says too little to be matched; 0 where there is no quality."""
        ...

    def parse(self, text: str) -> bytes:
        """Return the value that a text writes; raises BadFingerprint."""
        ...

    def of_bytes(self, data: bytes) -> Fingerprint:
        """Return the fingerprint of a file's bytes; raises TypeError if the kind needs anything else."""
        ...

    def of_pixels(self, pixels: RGB) -> Sequence[Fingerprint]:
        """Return one fingerprint for each orientation, upright first; raises TypeError if it needs anything else."""
        ...


@runtime_checkable
class LongValued(Protocol):
    """A kind whose values are long, or many rows: a list names each by its digest, and an index holds its rows."""

    def parse(self, text: str) -> bytes:
        """Return the value that a text writes; raises BadFingerprint."""
        ...

    def written(self, value: bytes) -> str:
        """Return a text that `parse` reads."""
        ...

    def rows(self, value: bytes) -> Sequence[bytes]:
        """Return what an index holds of a value, each of BYTES; raises BadFingerprint for what is none."""
        ...


@runtime_checkable
class OfOtherEntries(Protocol):
    """A kind that has no entries of its own: it is compared with those of another."""

    ENTRIES: ClassVar[str]
    """The kind of the entries."""


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


def parse_hex_or_base64(kind: str, text: str, length: int) -> bytes:
    """Return `length` bytes from hexadecimal digits or from base64 (RFC 4648, padded); raises BadFingerprint.

    Their lengths differ, so that a text is never both.
    """
    written = text.strip()
    if len(written) == 4 * -(-length // 3):
        try:
            value = base64.b64decode(written, validate=True)
        except ValueError:
            value = b""
        # The last character may hold bits that are not used: only one spelling of a value is taken.
        if len(value) == length and base64.b64encode(value).decode() == written:
            return value
    try:
        return parse_hex(kind, text, length)
    except BadFingerprint as error:
        raise BadFingerprint(f"{error}; or {4 * -(-length // 3)} characters of base64") from None
