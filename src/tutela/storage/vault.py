"""Encrypted evidence in files: AES-256-GCM under the key of the case, bound to case and name."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Container, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tutela.casework.evidence import EvidenceGone
from tutela.storage.durable import age, sync_folder, write_durably
from tutela.storage.keys import NONCE_BYTES, KeyRing

ORPHAN_SECONDS = 3600.0
"""Younger evidence without a case may belong to a transaction that is still open."""


class BrokenEvidence(RuntimeError):
    """A file of evidence was changed after it was written."""


class FileVault:
    """Implements casework.evidence.EvidenceVault in one folder."""

    def __init__(self, folder: Path, keys: KeyRing) -> None:
        self._folder = folder
        self._keys = keys
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, case: str, name: str, data: bytes) -> None:
        """Encrypt and store; durable on return."""
        key = self._keys.case(case, make=True)
        path = self._path(case, name)
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._folder)
        nonce = secrets.token_bytes(NONCE_BYTES)
        write_durably(path, nonce + AESGCM(key).encrypt(nonce, data, self._bound(case, name)))

    def get(self, case: str, name: str) -> bytes:
        """Decrypt; raises EvidenceGone, BrokenEvidence."""
        key = self._keys.case(case)
        try:
            stored = self._path(case, name).read_bytes()
        except FileNotFoundError:
            raise EvidenceGone(f"case {case} holds no {name}") from None
        try:
            return AESGCM(key).decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], self._bound(case, name))
        except (InvalidTag, ValueError) as error:
            raise BrokenEvidence(f"{name} of case {case} was changed after it was written") from error

    def names(self, case: str) -> list[str]:
        """Return what is kept of a case, sorted."""
        folder = self._path(case, "x").parent
        return sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) if folder.exists() else []

    def erase(self, case: str) -> None:
        """Destroy the key first, then the bytes."""
        self._keys.destroy_case(case)
        shutil.rmtree(self._path(case, "x").parent, ignore_errors=True)

    def sweep(self, known: Mapping[str, Container[str]], older_than: float = ORPHAN_SECONDS) -> list[str]:
        """Erase evidence that was never recorded, because the process died before it committed.

        `known` are the recorded cases with the names that may be kept of each. Returns what was erased: cases as a
        whole, and single names as `case/name`.
        """
        now = time.time()
        orphans = [
            case
            for case in self._keys.cases()
            if case not in known and self._keys.case_key_age(case, now) >= older_than
        ]
        for case in orphans:
            self.erase(case)
        self._keys.sweep_temporaries(now, older_than)
        return orphans + [name for folder in sorted(self._folder.iterdir()) for name in self._strays(
            folder, known.get(folder.name), now, older_than
        )]  # fmt: skip

    def _strays(self, folder: Path, names: Container[str] | None, now: float, older_than: float) -> list[str]:
        erased: list[str] = []
        for path in sorted(folder.iterdir()):
            temporary = path.name.startswith(".")
            # Without its case a file is judged with its key, above.
            unknown = names is not None and path.name not in names
            if (temporary or unknown) and age(path, now) >= older_than:
                path.unlink(missing_ok=True)
                if not temporary:
                    erased.append(f"{folder.name}/{path.name}")
        return erased

    def _path(self, case: str, name: str) -> Path:
        for part in (case, name):
            if not part or part.startswith(".") or not all(c.isalnum() or c in "-." for c in part):
                raise ValueError(f"{part!r} names no evidence")
        return self._folder / case / name

    @staticmethod
    def _bound(case: str, name: str) -> bytes:
        return f"{case}/{name}".encode()
