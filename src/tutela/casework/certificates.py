"""Certificates of erasure: what was erased, when and by which rule, signed (Ed25519, RFC 8032).

A certificate commits to the digest of each item under a key of the installation (HMAC-SHA-256): whoever holds the
file and the key can show that it was the one erased, and the certificate alone tells nobody what it was.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tutela.events.catalogue.retention import ErasureCertified
from tutela.events.obstacles import Obstacle


class BadCertificate(Obstacle, ValueError):
    """The certificate is not what this installation signed; the message says why."""


def commitment(key: bytes, certificate: str, item: str, sha256: bytes) -> str:
    """Return the commitment of a certificate to the bytes of an item: 256 bits, hexadecimal."""
    message = b"\0".join((certificate.encode(), item.encode(), sha256))
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def signed(draft: Mapping[str, Any], seed: bytes, erased_at: datetime) -> ErasureCertified:
    """Return the certificate of a draft, which is all of it but the time, the public key and the signature."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    body = {**draft, "erased_at": erased_at, "public_key": public_key(seed), "signature": ""}
    unsigned = ErasureCertified.model_validate(body)
    signature = base64.b64encode(key.sign(canonical(unsigned))).decode("ascii")
    return unsigned.model_copy(update={"signature": signature})


def verify(certificate: ErasureCertified, seed: bytes) -> None:
    """Raise BadCertificate unless the key of this installation signed exactly this."""
    if certificate.public_key != public_key(seed):
        raise BadCertificate("another installation signed it, or its signing key was lost: this one has another key")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(certificate.public_key))
    try:
        key.verify(base64.b64decode(certificate.signature, validate=True), canonical(certificate))
    except (InvalidSignature, ValueError) as error:
        raise BadCertificate("the signature does not fit: something of it was changed after it was signed") from error


def canonical(certificate: ErasureCertified) -> bytes:
    """Return what is signed: its JSON without the signature, keys sorted, no spaces, UTF-8."""
    body = certificate.model_dump(mode="json", exclude={"signature"})
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def public_key(seed: bytes) -> str:
    """Return the public key, base64."""
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode("ascii")
