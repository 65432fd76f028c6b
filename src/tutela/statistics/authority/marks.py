"""Keyed digests by which the register finds the same account, page, file or person again, and names none of them.

One key for the whole register, since reports of several years are held against each other. Without it nothing can be
found by guessing; with it destroyed, what stands in the record leads back to nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

LENGTH = 32
"""Hexadecimal characters of a mark: 128 bits."""


class Marks:
    """Makes marks under a key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def file(self, kind: str, digest: str) -> str:
        """Return the mark of a digest of some kind, such as `sha256`; case says nothing."""
        return self._mac("file", kind.lower(), digest.lower())

    def account(self, service: str, account: str) -> str:
        """Return the mark of an account of a service, as both are told."""
        return self._mac("account", _plain(service), _plain(account))

    def page(self, url: str) -> str:
        """Return the mark of a page."""
        return self._mac("page", _plain(url))

    def person(self, reference: str) -> str:
        """Return the mark of a convicted person, from the number that the authority knows them by."""
        return self._mac("person", _plain(reference))

    def _mac(self, *parts: str) -> str:
        encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
        message = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:LENGTH]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())
