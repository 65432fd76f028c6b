"""Keys in files of their own, outside the database and outside its backups.

`master.key` wraps the key of each case (AES-256-GCM, NIST SP 800-38D); the years' keys make pseudonyms; the ledger
key makes the ids of the ledger. All are made on first use, readable by their owner alone. A mark beside each says
that it was made, so that one that is lost is missed, and never replaced by another that opens nothing.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tutela.casework.evidence import EvidenceGone
from tutela.casework.pseudonyms import KeyDestroyed
from tutela.storage.durable import age, sync_folder, temporaries, write_durably

KEY_BYTES = 32
NONCE_BYTES = 12


class BrokenKey(RuntimeError):
    """A key file is not what was written; restore it from the backup of the keys."""


class KeyRing:
    """The keys in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "cases").mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)

    @property
    def folder(self) -> Path:
        """Where the keys are."""
        return self._folder

    def installation(self) -> str | None:
        """Return the id of the database that these keys belong to, if one was set."""
        path = self._folder / "installation"
        return path.read_text("ascii") if path.exists() else None

    def set_installation(self, installation: str) -> None:
        """Say which database these keys belong to."""
        write_durably(self._folder / "installation", installation.encode("ascii"))

    def ledger(self) -> bytes:
        """Return the key of the ledger."""
        return self._plain("ledger.key")

    def key(self, year: int) -> bytes:
        """Return the key of a reporting year; raises KeyDestroyed."""
        if (self._folder / f"pseudonyms-{year}.destroyed").exists():
            raise KeyDestroyed(f"the pseudonym key of {year} was destroyed after its return became final")
        return self._plain(f"pseudonyms-{year}.key")

    def case(self, case: str, *, make: bool = False) -> bytes:
        """Return the key of a case, made if asked; raises EvidenceGone if there is none."""
        path = self._case_path(case)
        try:
            wrapped = path.read_bytes()
        except FileNotFoundError:
            if not make:
                raise EvidenceGone(f"the key of case {case} is gone: its evidence cannot be read") from None
            key = secrets.token_bytes(KEY_BYTES)
            nonce = secrets.token_bytes(NONCE_BYTES)
            if write_durably(path, nonce + AESGCM(self._master()).encrypt(nonce, key, case.encode()), only_new=True):
                return key
            wrapped = path.read_bytes()
        try:
            return AESGCM(self._master()).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], case.encode())
        except (InvalidTag, ValueError) as error:
            raise BrokenKey(f"{path.name}: the master key does not fit the key of case {case}") from error

    def cases(self) -> list[str]:
        """Return the cases that have a key."""
        return sorted(p.stem for p in (self._folder / "cases").glob("*.key"))

    def case_key_age(self, case: str, now: float) -> float:
        """Return how many seconds ago the key of a case was written."""
        return age(self._case_path(case), now)

    def sweep_temporaries(self, now: float, older_than: float) -> None:
        """Remove what killed processes left of attempts to write a key."""
        for folder in (self._folder, self._folder / "cases"):
            for path in folder.glob(".*.tmp"):
                if age(path, now) >= older_than:
                    path.unlink(missing_ok=True)

    def destroy_case(self, case: str) -> None:
        """Destroy the key of a case, durably: what it encrypted is gone."""
        path = self._case_path(case)
        path.unlink(missing_ok=True)
        # A process that was killed while it made the key may have left a second copy under a temporary name.
        for copy in temporaries(path):
            copy.unlink(missing_ok=True)
        sync_folder(path.parent)

    def _case_path(self, case: str) -> Path:
        if not case or not all(c.isalnum() or c == "-" for c in case):
            raise ValueError(f"{case!r} is not the id of a case")
        return self._folder / "cases" / f"{case}.key"

    def _master(self) -> bytes:
        return self._plain("master.key")

    def _plain(self, name: str) -> bytes:
        path, mark = self._folder / name, self._folder / f"{name}.made"
        # Asked before the key itself, since another process may be making both: the key comes first, then the mark.
        made = mark.exists()
        if not path.exists():
            if made:
                raise BrokenKey(f"{name} was made and is missing: restore {self._folder} from the backup of the keys")
            write_durably(path, secrets.token_bytes(KEY_BYTES), only_new=True)
        if not made:
            write_durably(mark, b"", only_new=True)
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise BrokenKey(f"{path.name} has {len(key)} bytes, not {KEY_BYTES}")
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise BrokenKey(f"{path.name} can be read by others: chmod 600 {path}")
        return key
