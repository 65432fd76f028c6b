"""Judges the signature of a webhook as the specification asks of a receiver (Standard Webhooks 1.0)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""How far the time of a message may lie from now, before or after: what is older may be a replay."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class Unsigned(ValueError):
    """The message is not signed as it must be; the message of the error says what is wrong."""


def secret_bytes(text: str) -> bytes:
    """Return the key of a `whsec_` secret; raises ValueError."""
    prefix, _, encoded = text.partition("_")
    key = base64.b64decode(encoded, validate=True)
    if prefix != "whsec" or not 24 <= len(key) <= 64:
        raise ValueError("a secret is whsec_ and 24 to 64 bytes in base64")
    return key


def verify(secrets: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Return the id of a message; raises Unsigned. Any one signature by any one secret is enough."""
    message, seconds, signatures = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not _ID.fullmatch(message):
        raise Unsigned("webhook-id is missing, or not 1 to 64 letters, digits, dashes and underscores")
    if not _SECONDS.fullmatch(seconds):
        raise Unsigned("webhook-timestamp is missing, or no whole number of seconds since 1970")
    if abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        raise Unsigned("webhook-timestamp is more than 5 minutes from now: a replay, or a wrong clock")
    signed = b"%s.%s.%s" % (message.encode(), seconds.encode(), body)
    wanted = [hmac.new(secret, signed, hashlib.sha256).digest() for secret in secrets]
    given = [_decoded(part) for part in signatures.split(" ") if part.startswith("v1,")]
    if not any(hmac.compare_digest(one, other) for one in wanted for other in given):
        raise Unsigned("no v1 signature in webhook-signature fits the body")
    return message


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part[3:], validate=True)
    except binascii.Error:
        return b""
