"""Signatures of webhooks: Standard Webhooks 1.0, symmetric (v1, HMAC with SHA-256)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from pathlib import Path

from tutela.casework.platform_target import SANDBOX_SECRET
from tutela.storage.settings import BadSettings

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret, as the specification has them."""
AT_ONCE = 2
"""How many secrets are valid at once: the old one and the new, while they are exchanged."""


def read_secrets(path: Path | None) -> tuple[bytes, ...]:
    """Return the secrets of a file, a line each; that of the sandbox without one.

    Raises BadSettings for a file that cannot be read, that others may read, or that holds no one or two secrets.
    """
    if path is None:
        return (parse_secret(SANDBOX_SECRET),)
    where = f"platform.secret_file {path}"
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise BadSettings(f"{where} can be read by others: chmod 600 {path}")
        lines = path.read_text("ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{where} cannot be read: {type(error).__name__}") from error
    if not 1 <= len(lines) <= AT_ONCE:
        raise BadSettings(f"{where} holds {len(lines)} secrets: one, or two while one takes over from the other")
    try:
        return tuple(parse_secret(line) for line in lines)
    except ValueError as error:
        raise BadSettings(f"{where}: {error}") from error


def parse_secret(text: str) -> bytes:
    """Return the bytes of a secret; raises ValueError, which does not repeat it."""
    if not text.startswith(PREFIX):
        raise ValueError(f"a secret begins with {PREFIX}")
    try:
        secret = base64.b64decode(text[len(PREFIX) :], validate=True)
    except binascii.Error:
        raise ValueError(f"what follows {PREFIX} is no base64") from None
    if not SHORTEST <= len(secret) <= LONGEST:
        raise ValueError(f"a secret has {SHORTEST} to {LONGEST} bytes, this one {len(secret)}")
    return secret


def signed_headers(secrets: Sequence[bytes], message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers of a message: its id, the time in seconds since 1970 (UTC), and a signature by each secret."""
    signed = b".".join((message.encode("ascii"), str(timestamp).encode("ascii"), body))
    signatures = [base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode("ascii") for secret in secrets]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
