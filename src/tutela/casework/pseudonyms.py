"""Pseudonyms: keyed hashes under a key for each reporting year.

Once the year's return is final its key is destroyed; what stands in events then leads back to nobody, and still
counts distinct accounts.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Protocol


class YearKeys(Protocol):
    """The port to the keys of the reporting years, kept outside the database and its backups."""

    def key(self, year: int) -> bytes:
        """Return the 32-byte key of a year, made on first use; raises KeyDestroyed."""
        ...


class KeyDestroyed(LookupError):
    """The key of that year is gone for good."""


class Pseudonyms:
    """Makes pseudonyms of accounts and contents of one reporting year."""

    def __init__(self, keys: YearKeys, year: int) -> None:
        self._key = keys.key(year)

    def account(self, service: str, account: str) -> str:
        """Return 128 bits, hexadecimal, that stand for an account of a service."""
        return self._mac(b"account", service.encode(), account.encode("utf-8", "surrogatepass"))[:32]

    def content(self, sha256: bytes) -> str:
        """Return 128 bits, hexadecimal, that find the same bytes again."""
        return self._mac(b"content", sha256)[:32]

    def _mac(self, *parts: bytes) -> str:
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()
