"""The chain of the audit: how an event is written down to be hashed, and how hashes are linked. Pure.

The form is fixed and has a number: a later form is another version, and blocks name theirs. See
`docs/reference/audit-chain.md`, which lets anybody check a chain without this code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

VERSION = 1
DIGEST = 32
"""Bytes of a SHA-256."""
START = bytes(DIGEST)
"""What the first event is linked to."""
_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
_sha256 = hashlib.sha256


def canonical(
    sequence: int,
    id_: str,
    type_: str,
    version: int,
    subject: str,
    actor: str,
    occurred_at: datetime,
    recorded_at: datetime,
    data: Mapping[str, Any],
) -> bytes:
    """Return an event as the bytes that are hashed: a JSON array in ASCII, keys sorted, no spaces.

    Times are in UTC with six digits of a second and `+00:00`. Raises ValueError for a number that is none (NaN).
    """
    return _encoder.encode(
        [
            sequence,
            id_,
            type_,
            version,
            subject,
            actor,
            _time(occurred_at),
            _time(recorded_at),
            data,
        ]
    ).encode("ascii")


@lru_cache(maxsize=256)
def _time(moment: datetime) -> str:
    # The events of a batch share their times.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def leaf(written: bytes) -> bytes:
    """Return the 32 bytes that stand for an event: the SHA-256 of its canonical form."""
    return _sha256(written).digest()


def link(before: bytes, leaves: Iterable[bytes]) -> bytes:
    """Return the hash after these events: each is the SHA-256 of the hash before it and its leaf."""
    for one in leaves:
        before = _sha256(before + one).digest()
    return before


def parts(leaves: bytes) -> list[bytes]:
    """Return joined leaves one by one; what is left over at the end is the last."""
    return [leaves[start : start + DIGEST] for start in range(0, len(leaves), DIGEST)]
