"""Cryptographic digests: they find the same file, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import ClassVar, Literal

from tutela.content.decode import RGB
from tutela.detection.fingerprints.fingerprint import Fingerprint, parse_hex


class _Digest:
    KIND: ClassVar[str]
    VERSION: ClassVar[str]
    BYTES: ClassVar[int]
    METRIC: ClassVar[Literal["equal"]] = "equal"
    UNIT: ClassVar[str] = ""
    THRESHOLD: ClassVar[int] = 0
    NEEDS: ClassVar[Literal["bytes"]] = "bytes"
    MINIMUM_QUALITY: ClassVar[int] = 0

    def parse(self, text: str) -> bytes:
        """Return the digest that hexadecimal digits write; raises BadFingerprint."""
        return parse_hex(self.KIND, text, self.BYTES)

    def of_bytes(self, data: bytes) -> Fingerprint:
        """Return the digest of a file's bytes."""
        return Fingerprint(self.KIND, hashlib.new(self.KIND, data, usedforsecurity=False).digest())

    def of_pixels(self, pixels: RGB) -> Sequence[Fingerprint]:
        """Raise TypeError: a digest is of bytes."""
        raise TypeError(f"{self.KIND} is computed from bytes, not from {pixels.shape} pixels")


class Md5(_Digest):
    """MD5 (RFC 1321): what most lists carry. It is a name here, not a proof."""

    KIND = "md5"
    VERSION = "rfc1321"
    BYTES = 16


class Sha1(_Digest):
    """SHA-1 (FIPS 180-4): older lists carry it. It is a name here, not a proof."""

    KIND = "sha1"
    VERSION = "fips180-4"
    BYTES = 20


class Sha256(_Digest):
    """SHA-256 (FIPS 180-4)."""

    KIND = "sha256"
    VERSION = "fips180-4"
    BYTES = 32
