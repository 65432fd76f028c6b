"""The port to the master key. Every implementation passes `tests/storage/evidence/test_master_keys.py`."""

from __future__ import annotations

from typing import Protocol


class BrokenKey(RuntimeError):
    """A key is not what was written, or is not to be had; the message says what to restore or to start."""


class MasterKey(Protocol):
    """Wraps keys of 32 bytes. Versions count from 1; a wrapped key says which version wrapped it."""

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        """Return the key wrapped by the newest version and bound to `bound`. Raises BrokenKey."""
        ...

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Return the key. Raises BrokenKey, also where the wrapped key is another's or was changed."""
        ...

    def rewrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Return the same key wrapped by the newest version. Raises BrokenKey."""
        ...

    def version_of(self, wrapped: bytes) -> int:
        """Return the version that wrapped it. Raises BrokenKey where it is no wrapped key."""
        ...

    def newest(self) -> int:
        """Return the newest version; the first one is made where there is none. Raises BrokenKey."""
        ...

    def rotate_to(self, version: int) -> None:
        """Make that version, the one after the newest, unless it is there already. Raises BrokenKey."""
        ...

    def destroy_before(self, version: int) -> None:
        """Destroy every older version: what they wrapped opens no more. Doing it again changes nothing."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...
