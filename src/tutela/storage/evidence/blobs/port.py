"""The port to the store of encrypted bytes. Every implementation passes `tests/storage/evidence/test_blobs.py`.

It sees ciphertext alone. Cases are spread over the 256 prefixes of `storage.evidence.shards`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class NotStored(LookupError):
    """The store holds nothing under this name."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies under a name: `size` in bytes, `age` in seconds; `temporary`: left by a write that never ended."""

    name: str
    size: int
    age: float
    temporary: bool = False


class BlobStore(Protocol):
    """Keeps bytes by case and name."""

    def put(self, case: str, name: str, data: bytes) -> None:
        """Store, or replace; durable on return."""
        ...

    def get(self, case: str, name: str) -> bytes:
        """Return what was put; raises NotStored."""
        ...

    def stored(self, case: str, now: float) -> list[Stored]:
        """Return what is there of a case, sorted by name; `now` is the time in seconds since 1970."""
        ...

    def delete(self, case: str, name: str) -> None:
        """Delete one name, with every older version of it; nothing happens where there is none."""
        ...

    def erase(self, case: str) -> None:
        """Delete everything of a case, older versions and remains of interrupted writes too."""
        ...

    def cases_in(self, shard: str) -> Iterator[str]:
        """Yield the cases under one of the 256 prefixes that have anything there."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...
