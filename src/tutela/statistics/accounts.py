"""Distinct accounts, by their pseudonyms, in little memory: sixteen bytes each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_BYTES = 16
_HEX = 2 * _BYTES
_SOME = 1 << 12
"""How many are kept as text, until they are packed together: one by one takes longer."""
_MANY = 1 << 22
"""How many bytes are packed before they are sorted."""


class AccountSet:
    """A set of pseudonyms. One that is not 32 hexadecimal digits is kept as 16 bytes of its hash (BLAKE2b)."""

    def __init__(self) -> None:
        self._new: list[str] = []
        self._packed = bytearray()
        self._distinct: NDArray[np.bytes_] = np.empty(0, dtype=f"S{_BYTES}")

    def add(self, pseudonym: str) -> None:
        """Add one."""
        self._new.append(pseudonym)
        if len(self._new) >= _SOME:
            self._pack()

    def update(self, other: AccountSet) -> None:
        """Add all of another set."""
        self._distinct = np.union1d(self.distinct(), other.distinct())

    def distinct(self) -> NDArray[np.bytes_]:
        """Return each once, sorted."""
        self._pack()
        self._settle()
        return self._distinct

    def _pack(self) -> None:
        self._packed += _as_bytes(self._new)
        self._new.clear()
        if len(self._packed) >= _MANY:
            self._settle()

    def _settle(self) -> None:
        if self._packed:
            # Trailing zero bytes are not compared; all are of one length, so that nothing else becomes alike.
            self._distinct = np.union1d(self._distinct, np.frombuffer(bytes(self._packed), dtype=f"S{_BYTES}"))
            self._packed.clear()


def _as_bytes(pseudonyms: Sequence[str]) -> bytes:
    if all(len(one) == _HEX for one in pseudonyms):
        try:
            together = bytes.fromhex("".join(pseudonyms))
        except ValueError:
            together = b""
        if len(together) == _BYTES * len(pseudonyms):  # white space is no digit, and would be passed over
            return together
    return b"".join(map(_bytes_of, pseudonyms))


def _bytes_of(pseudonym: str) -> bytes:
    try:
        found = bytes.fromhex(pseudonym) if len(pseudonym) == _HEX else b""
    except ValueError:
        found = b""
    return found if len(found) == _BYTES else hashlib.blake2b(pseudonym.encode(), digest_size=_BYTES).digest()


def union(sets: Iterable[AccountSet]) -> NDArray[np.bytes_]:
    """Return the accounts that are in any of the sets, each once."""
    found = [one.distinct() for one in sets]
    return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=f"S{_BYTES}")
