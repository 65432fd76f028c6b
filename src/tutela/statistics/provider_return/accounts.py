"""Distinct accounts, by their pseudonyms, in little memory: sixteen bytes each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_BYTES = 16
_HEX = 2 * _BYTES
_MANY = 1 << 22


class AccountSet:
    """A set of pseudonyms. One that is not 32 hexadecimal digits is kept as 16 bytes of its hash (BLAKE2b)."""

    def __init__(self) -> None:
        self._new = bytearray()
        self._distinct: NDArray[np.bytes_] = np.empty(0, dtype=f"S{_BYTES}")

    def add(self, pseudonym: str) -> None:
        """Add one."""
        try:
            found = bytes.fromhex(pseudonym) if len(pseudonym) == _HEX else b""
        except ValueError:
            found = b""
        if len(found) != _BYTES:
            found = hashlib.blake2b(pseudonym.encode(), digest_size=_BYTES).digest()
        self._new += found
        if len(self._new) >= _MANY:
            self._settle()

    def update(self, other: AccountSet) -> None:
        """Add all of another set."""
        self._distinct = np.union1d(self.distinct(), other.distinct())

    def distinct(self) -> NDArray[np.bytes_]:
        """Return each once, sorted."""
        self._settle()
        return self._distinct

    def _settle(self) -> None:
        if self._new:
            # Trailing zero bytes are not compared; all are of one length, so that nothing else becomes alike.
            self._distinct = np.union1d(self._distinct, np.frombuffer(bytes(self._new), dtype=f"S{_BYTES}"))
            self._new.clear()


def union(sets: Iterable[AccountSet]) -> NDArray[np.bytes_]:
    """Return the accounts that are in any of the sets, each once."""
    found = [one.distinct() for one in sets]
    return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=f"S{_BYTES}")
