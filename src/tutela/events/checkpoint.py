"""A checkpoint: the head of the chain at a moment, signed, to be kept where the database's writers cannot reach. Pure.

The signature is Ed25519 (RFC 8032) over the checkpoint as JSON in ASCII with sorted keys and no spaces, without the
signature itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, ValidationError

FORMAT = "tutela-checkpoint-1"


class BadCheckpoint(ValueError):
    """The text is no checkpoint, or its signature does not fit; the message says which."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain ended at `block` with `hash` (64 hexadecimal digits); `sequence` is the newest event in it.

    `installation` is the id of the database; `key` the public key that signed, 64 hexadecimal digits.
    """

    installation: str
    block: int
    sequence: int
    hash: str
    at: datetime
    key: str
    signature: str


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid")
    format: str
    installation: str
    block: int
    sequence: int
    hash: str
    at: datetime
    key: str
    signature: str


def public_key(secret: bytes) -> str:
    """Return the public key of 32 secret bytes, hexadecimal."""
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw().hex()


def sign(secret: bytes, installation: str, block: int, sequence: int, hash_: str, at: datetime) -> Checkpoint:
    """Return a checkpoint signed with 32 secret bytes."""
    key = public_key(secret)
    signed = _signed(installation, block, sequence, hash_, at, key)
    signature = Ed25519PrivateKey.from_private_bytes(secret).sign(signed).hex()
    return Checkpoint(installation, block, sequence, hash_, at, key, signature)


def write(checkpoint: Checkpoint) -> str:
    """Return a checkpoint as one line of JSON."""
    return json.dumps(
        {
            "format": FORMAT,
            "installation": checkpoint.installation,
            "block": checkpoint.block,
            "sequence": checkpoint.sequence,
            "hash": checkpoint.hash,
            "at": checkpoint.at.isoformat(),
            "key": checkpoint.key,
            "signature": checkpoint.signature,
        }
    )


def read(text: str, key: str) -> Checkpoint:
    """Return a checkpoint that was written; raises BadCheckpoint unless the public key `key` signed it as it is."""
    try:
        found = _Written.model_validate_json(text)
    except ValidationError as error:
        raise BadCheckpoint("this is no checkpoint of Tutela, or it was cut") from error
    if found.format != FORMAT:
        raise BadCheckpoint(f"{found.format!r} is not a format that this version reads")
    if found.key != key:
        raise BadCheckpoint(f"another key signed it: {found.key[:16]}..., not {key[:16]}... (`tutela audit key`)")
    signed = _signed(found.installation, found.block, found.sequence, found.hash, found.at, found.key)
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(found.signature), signed)
    except (InvalidSignature, ValueError) as error:
        raise BadCheckpoint("its signature does not fit: it was changed after it was signed") from error
    return Checkpoint(found.installation, found.block, found.sequence, found.hash, found.at, found.key, found.signature)


def _signed(installation: str, block: int, sequence: int, hash_: str, at: datetime, key: str) -> bytes:
    written = {
        "format": FORMAT,
        "installation": installation,
        "block": block,
        "sequence": sequence,
        "hash": hash_,
        "at": at.isoformat(),
        "key": key,
    }
    return json.dumps(written, sort_keys=True, separators=(",", ":")).encode("ascii")
