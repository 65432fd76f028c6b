"""Passwords, API keys and session tokens: what is given to a person once, and what is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutela.events.obstacles import Obstacle

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MINIMUM_PASSWORD = 12
MAXIMUM_PASSWORD = 1000


class WeakPassword(Obstacle, ValueError):
    """The password is too short or too long, or no text."""


def hasher() -> PasswordHasher:
    """Return what hashes, with the library's current parameters (RFC 9106)."""
    from argon2 import PasswordHasher

    return PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password (see `hasher`).

    Raises WeakPassword below 12 and beyond 1,000 characters, and for half a character (a lone surrogate).
    """
    if not MINIMUM_PASSWORD <= len(password) <= MAXIMUM_PASSWORD:
        raise WeakPassword(
            "a password has at least %(least)s and at most %(most)s characters",
            least=MINIMUM_PASSWORD,
            most=MAXIMUM_PASSWORD,
        )
    try:
        return hasher().hash(password)
    except UnicodeEncodeError as error:
        raise WeakPassword("a password is made of characters that UTF-8 can write") from error


def password_fits(password: str, hashed: str) -> bool:
    """Return whether the password is the one that was hashed."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return hasher().verify(hashed, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def is_outdated(hashed: str) -> bool:
    """Return whether a hash was made with other parameters than today's, so that it is to be made again."""
    from argon2.exceptions import InvalidHashError

    try:
        return hasher().check_needs_rehash(hashed)
    except InvalidHashError:
        return False  # no hash of ours: nobody's password fits it


@dataclass(frozen=True, slots=True)
class Token:
    """A secret of 256 random bits: `secret` is shown once, `digest` (SHA-256, hex) is kept.

    A fast hash is enough, since nobody can try 2**256 secrets.
    """

    secret: str
    digest: str


def new_token(prefix: str) -> Token:
    """Return a fresh token, its secret beginning with `prefix` so that a leaked one is recognised."""
    secret = prefix + secrets.token_urlsafe(32)
    return Token(secret, digest_of(secret))


def digest_of(secret: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
