"""An item's bytes as memory that a worker can read and nobody can change."""

from __future__ import annotations

import fcntl
import os
import sys

HAS_SEALS = sys.platform.startswith("linux")
"""Whether this system has such memory; elsewhere the bytes go over the worker's own connection."""


def sealed(data: bytes) -> int:
    """Return a descriptor of memory that holds the bytes and can neither be written, grown nor cut. Raises OSError."""
    descriptor = os.memfd_create("item", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def held_by(descriptor: int, size: int) -> bytes:
    """Return the bytes of such memory. Raises OSError."""
    parts: list[bytes] = []
    at = 0
    while at < size:
        part = os.pread(descriptor, size - at, at)
        if not part:
            raise OSError("the item is shorter than it was said to be")
        parts.append(part)
        at += len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
