"""One named key of the transit engine, with its versions and limits."""

from __future__ import annotations

import base64
import binascii
import re
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_CIPHERTEXT = re.compile(r"vault:v([1-9][0-9]*):([A-Za-z0-9+/=]+)")


class Refused(Exception):
    """The engine refuses, with the status and the words of its answer."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class TransitKey:
    """A key of the type aes256-gcm96."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._versions = {1: secrets.token_bytes(32)}
        self.latest = 1
        self.min_decryption = 1
        self.min_encryption = 0
        self.min_available = 0

    def encrypt(self, plaintext: str, associated: str) -> str:
        """Return a ciphertext of the latest version."""
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(self._versions[self.latest]).encrypt(nonce, _decoded(plaintext), _decoded(associated))
        return f"vault:v{self.latest}:{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, ciphertext: str, associated: str) -> str:
        """Return the plaintext, base64."""
        match = _CIPHERTEXT.fullmatch(ciphertext)
        if match is None:
            raise Refused(400, "invalid ciphertext: no prefix")
        version = int(match[1])
        if version < self.min_decryption or version not in self._versions:
            raise Refused(400, "ciphertext or signature version is disallowed by policy (too old)")
        data = _decoded(match[2])
        try:
            opened = AESGCM(self._versions[version]).decrypt(data[:12], data[12:], _decoded(associated))
        except (InvalidTag, ValueError):
            raise Refused(400, "cipher: message authentication failed") from None
        return base64.b64encode(opened).decode()

    def rotate(self) -> None:
        """Make the next version."""
        self.latest += 1
        self._versions[self.latest] = secrets.token_bytes(32)

    def configure(self, limits: dict[str, int]) -> None:
        """Set the oldest versions that are still used."""
        decryption = limits.get("min_decryption_version", self.min_decryption)
        encryption = limits.get("min_encryption_version", self.min_encryption)
        if not self.min_available <= decryption <= self.latest or encryption > self.latest:
            raise Refused(400, "cannot set min version beyond the latest version or below the available ones")
        if encryption and encryption < decryption:
            raise Refused(400, "min encryption version should not be less than min decryption version")
        self.min_decryption, self.min_encryption = decryption, encryption

    def trim(self, version: int) -> None:
        """Destroy older versions, for good."""
        if not self.min_encryption:
            raise Refused(400, "minimum available version cannot be set when minimum encryption version is not set")
        if version > self.min_decryption or version > self.min_encryption:
            raise Refused(400, "minimum available version cannot be greater than the minimum versions in use")
        self.min_available = version
        self._versions = {number: key for number, key in self._versions.items() if number >= version}

    def told(self) -> dict[str, object]:
        """Return what reading the key tells."""
        return {
            "name": self.name,
            "type": "aes256-gcm96",
            "latest_version": self.latest,
            "min_decryption_version": self.min_decryption,
            "min_encryption_version": self.min_encryption,
            "min_available_version": self.min_available,
            "exportable": False,
            "deletion_allowed": False,
        }


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, "failed to base64-decode the input") from None
