"""Certificates and their drafts in files beside the tombstones, so that a crash, or a restored database, loses none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tutela.events.catalogue.retention import ErasureCertified
from tutela.storage.durable import make_folder, write_durably
from tutela.storage.evidence.shards import shard_of


class CertificateFiles:
    """The files in one folder: `certificates/ab/ID.json`, and `drafts/ID.json` while an erasure is under way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def draft(self, certificate: str) -> dict[str, Any] | None:
        """Return what was written down before the key was destroyed."""
        path = self._draft(certificate)
        return dict(json.loads(path.read_text("utf-8"))) if path.exists() else None

    def write_draft(self, certificate: str, draft: dict[str, Any]) -> None:
        """Write it down, durably."""
        make_folder(self._draft(certificate).parent)
        write_durably(self._draft(certificate), json.dumps(draft).encode())

    def forget_draft(self, certificate: str) -> None:
        """Remove it: the certificate is on record."""
        self._draft(certificate).unlink(missing_ok=True)

    def one(self, certificate: str) -> ErasureCertified | None:
        """Return a signed certificate."""
        path = self._path(certificate)
        return ErasureCertified.model_validate_json(path.read_bytes()) if path.exists() else None

    def write(self, certificate: ErasureCertified) -> None:
        """Keep a signed certificate; the first one under its id stays."""
        path = self._path(certificate.certificate)
        make_folder(path.parent)
        write_durably(path, certificate.model_dump_json().encode(), only_new=True)

    def _draft(self, certificate: str) -> Path:
        return self._folder / "drafts" / f"{certificate}.json"

    def _path(self, certificate: str) -> Path:
        return self._folder / "certificates" / shard_of(certificate) / f"{certificate}.json"
