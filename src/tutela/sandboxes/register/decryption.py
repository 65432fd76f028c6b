"""Decrypts a package: age, version 1, with one X25519 identity, onto a file."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET = hashlib.sha256(b"tutela sandbox register").digest()
"""Everybody's: a register for trials keeps nothing that needs another."""
_SEALED = 64 * 1024 + 16


class Undecryptable(ValueError):
    """It is no age file, or not one for this register."""


def decrypt(source: BinaryIO, to: BinaryIO, secret: bytes) -> None:
    """Write what an age file holds; raises Undecryptable, and what was written is then of no use."""
    try:
        payload = ChaCha20Poly1305(_expand(_file_key(source, secret), source.read(16), b"payload"))
        counter = 0
        block = source.read(_SEALED)
        while True:
            ahead = source.read(_SEALED)
            to.write(payload.decrypt(counter.to_bytes(11, "big") + (b"\0" if ahead else b"\1"), block, None))
            if not ahead:
                return
            block, counter = ahead, counter + 1
    except (InvalidTag, ValueError, IndexError) as error:
        raise Undecryptable("the package cannot be decrypted by this register") from error


def _file_key(source: BinaryIO, secret: bytes) -> bytes:
    header = source.readline(100)
    if header != b"age-encryption.org/v1\n":
        raise ValueError("no age file")
    private = X25519PrivateKey.from_private_bytes(secret)
    mine = private.public_key().public_bytes_raw()
    found, pending = None, b""
    for _ in range(200):
        line = source.readline(4096)
        if line.startswith(b"--- "):
            if found is None or not hmac.compare_digest(
                _plain_base64(line[4:-1]), hmac.digest(_expand(found, b"", b"header"), header + b"---", "sha256")
            ):
                raise ValueError("no stanza of mine, or a header that was changed")
            return found
        header += line
        if line.startswith(b"-> X25519 "):
            pending = line[10:-1]
        elif pending:
            share = _plain_base64(pending)
            shared = private.exchange(X25519PublicKey.from_public_bytes(share))
            wrap = ChaCha20Poly1305(_expand(shared, share + mine, b"age-encryption.org/v1/X25519"))
            try:
                found = wrap.decrypt(bytes(12), _plain_base64(line[:-1]), None)
            except InvalidTag:
                found = found or None
            pending = b""
    raise ValueError("a header without an end")


def _expand(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(secret)


def _plain_base64(text: bytes) -> bytes:
    return base64.b64decode(text + b"==="[: -len(text) % 4], validate=True)
