"""Links to the page of redress: unguessable, ending, revocable. They say nothing about the case.

A token is the random id of a link and a MAC over the id, the action and the expiry (HMAC-SHA-256, RFC 2104, cut to 128
bits) under a key that lies outside the database: who reads the database alone cannot make one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

ID_BYTES = 16
MAC_BYTES = 16
TOKEN_CHARACTERS = 43


class LinkKey(Protocol):
    """The port to the key of links, kept outside the database and its backups."""

    def links(self) -> bytes:
        """Return the 32-byte key, made on first use."""
        ...


class BadLink(LookupError):
    """No link of ours: it was cut, or changed, or replaced by a newer one."""


class EndedLink(LookupError):
    """The link has ended; `expired_at` says when."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(f"the link ended on {expired_at:%Y-%m-%d}")
        self.expired_at = expired_at


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is on record: 32 hexadecimal digits, the action that it is about, and its end."""

    id: str
    case: str
    action: str
    expires_at: datetime


def new_link_id() -> str:
    """Return 128 random bits, hexadecimal."""
    return secrets.token_hex(ID_BYTES)


def token_of(link: Link, key: bytes) -> str:
    """Return the token of a link: 43 characters, safe in a URL."""
    return base64.urlsafe_b64encode(bytes.fromhex(link.id) + _mac(link, key)).rstrip(b"=").decode("ascii")


def id_in(token: str) -> str:
    """Return the id that a token holds, not believed yet. Raises BadLink."""
    if len(token) != TOKEN_CHARACTERS:
        raise BadLink("this is no link of ours")
    try:
        data = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadLink("this is no link of ours") from error
    return data[:ID_BYTES].hex()


def check(token: str, link: Link, key: bytes, now: datetime) -> None:
    """Raise BadLink unless the token was made from this link under this key, and EndedLink after its end."""
    if not hmac.compare_digest(token.encode(), token_of(link, key).encode()):
        raise BadLink("this is no link of ours")
    if now >= link.expires_at:
        raise EndedLink(link.expires_at)


def _mac(link: Link, key: bytes) -> bytes:
    parts = (b"redress", link.id.encode(), link.action.encode(), str(int(link.expires_at.timestamp())).encode())
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.new(key, message, hashlib.sha256).digest()[:MAC_BYTES]
