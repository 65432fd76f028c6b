"""Keys of packages: what a recipient reads with and signs receipts with, and what a provider signs with.

A recipient has one secret. Its file is an identity file of age; the key that signs receipts is derived from it
(HKDF-SHA256), so that there is one thing to keep. The public file names both public keys.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tutela.referral.package import age

_RECEIPTS = b"tutela: receipts of packages"
_LINE = re.compile(r"(encryption|receipts) +(\S+)")
_MOST = 16 * 1024


class BadKeys(ValueError):
    """A file of keys cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """What a recipient gives away: `encryption` (X25519) and `receipts` (Ed25519), 32 bytes each."""

    encryption: bytes
    receipts: bytes

    def text(self) -> str:
        """Return the public file."""
        return f"encryption {age.recipient_text(self.encryption)}\nreceipts {encoded(self.receipts)}\n"


@dataclass(frozen=True, slots=True)
class RecipientKeys:
    """A recipient's secret, 32 bytes."""

    secret: bytes

    @property
    def public(self) -> PublicKeys:
        """Both public keys."""
        return PublicKeys(age.public_of(self.secret), public_key(self.receipts_seed))

    @property
    def receipts_seed(self) -> bytes:
        """The seed of the key that signs receipts."""
        return HKDF(hashes.SHA256(), 32, None, _RECEIPTS).derive(self.secret)

    def text(self) -> str:
        """Return the secret file, which the program age takes as well."""
        return f"# public: {age.recipient_text(self.public.encryption)}\n{age.identity_text(self.secret)}\n"


def read_recipient_keys(path: Path) -> RecipientKeys:
    """Read a secret file; raises BadKeys, also where others may read it."""
    lines = [line for line in _lines(path, secret=True) if not line.startswith("#")]
    if len(lines) != 1:
        raise BadKeys(f"{path}: one line AGE-SECRET-KEY-1... is expected; tutela package keys makes one")
    try:
        return RecipientKeys(age.parse_identity(lines[0]))
    except ValueError as error:
        raise BadKeys(f"{path}: {error}") from error


def read_public_keys(path: Path) -> PublicKeys:
    """Read a public file; raises BadKeys."""
    found = {match[1]: match[2] for line in _lines(path) if (match := _LINE.fullmatch(line))}
    try:
        return PublicKeys(age.parse_recipient(found["encryption"]), decoded(found["receipts"], 32))
    except (KeyError, ValueError) as error:
        raise BadKeys(
            f"{path}: a line 'encryption age1...' and a line 'receipts ...' are expected ({error})"
        ) from error


def read_signing_seed(path: Path) -> bytes:
    """Read the provider's signing seed, 32 bytes as they are; raises BadKeys."""
    try:
        _require_private(path)
        seed = path.read_bytes()
    except OSError as error:
        raise BadKeys(f"{path}: {error.strerror}") from error
    if len(seed) != 32:
        raise BadKeys(f"{path}: 32 bytes are expected, there are {len(seed)}")
    return seed


def read_token(path: Path) -> str:
    """Read the token that a register knows us by; raises BadKeys, also where others may read it."""
    lines = _lines(path, secret=True)
    if len(lines) != 1 or not lines[0].isascii() or not lines[0].isprintable():
        raise BadKeys(f"{path}: one line with the token is expected")
    return lines[0]


def public_key(seed: bytes) -> bytes:
    """Return the public key (Ed25519) of a seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """Return a signature (Ed25519, RFC 8032), 64 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether a signature fits."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def encoded(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode("ascii")


def decoded(text: str, size: int) -> bytes:
    """Return so many bytes from base64; raises ValueError."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("this is not base64") from error
    if len(data) != size:
        raise ValueError(f"{size} bytes are expected, there are {len(data)}")
    return data


def _lines(path: Path, *, secret: bool = False) -> list[str]:
    try:
        if secret:
            _require_private(path)
        with path.open("rb") as stream:
            text = stream.read(_MOST).decode("utf-8")
    except OSError as error:
        raise BadKeys(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadKeys(f"{path}: this is not a file of keys") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def _require_private(path: Path) -> None:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise BadKeys(f"{path} can be read by others: chmod 600 {path}")
