"""Passwords, API keys and session tokens: what is given to a person once, and what is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

MINIMUM_PASSWORD = 12


class WeakPassword(ValueError):
    """The password is too short, or no text."""


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password (RFC 9106, the library's current parameters).

    Raises WeakPassword below 12 characters, and for half a character (a lone surrogate).
    """
    from argon2 import PasswordHasher

    if len(password) < MINIMUM_PASSWORD:
        raise WeakPassword(f"a password has at least {MINIMUM_PASSWORD} characters")
    try:
        return PasswordHasher().hash(password)
    except UnicodeEncodeError as error:
        raise WeakPassword("a password is made of characters that UTF-8 can write") from error


def password_fits(password: str, hashed: str) -> bool:
    """Return whether the password is the one that was hashed."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(hashed, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


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
    return hashlib.sha256(secret.encode()).hexdigest()
