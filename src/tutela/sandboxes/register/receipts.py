"""Signs receipts (Ed25519 over canonical JSON), with a key derived from the register's secret."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def receipt(secret: bytes, manifest: dict[str, Any], sha256: str, size: int, now: datetime) -> bytes:
    """Return the receipt of a package as JSON."""
    seed = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"tutela: receipts of packages").derive(secret)
    key = Ed25519PrivateKey.from_private_bytes(seed)
    body = {
        "form": "tutela-receipt-1",
        "package": manifest["package"],
        "referral": manifest["referral"],
        "sha256": sha256,
        "size": size,
        "files": sorted(item["file"]["name"] for item in manifest.get("items", [])),
        "signer": manifest["signed_by"],
        "received_at": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "signed_by": base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii"),
    }
    signed = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    signature = base64.b64encode(key.sign(signed)).decode("ascii")
    return json.dumps({**body, "signature": signature}).encode("utf-8")
