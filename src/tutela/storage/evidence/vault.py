"""Encrypted evidence: AES-256-GCM under the key of the case, bound to case and name.

Bytes leave for their store as ciphertext alone. Where the store is another's, names are sealed too (AES-SIV, RFC 5297,
under a key made from the case's): what is left to see is the opaque id of a case, and how many objects of what size
it has.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tutela.casework.evidence import EvidenceGone, owner_of
from tutela.storage.evidence.blobs.files import FileBlobs
from tutela.storage.evidence.blobs.port import BlobStore, NotStored, Stored
from tutela.storage.evidence.blobs.s3 import S3Blobs
from tutela.storage.evidence.keys import KeyRing
from tutela.storage.evidence.master_keys.file import NONCE_BYTES
from tutela.storage.evidence.touched import Touched
from tutela.storage.settings import Settings

ORPHAN_SECONDS = 3600.0
"""Younger evidence without a case may belong to a transaction that is still open."""
_SEAL = b"tutela: names"


class BrokenEvidence(RuntimeError):
    """A file of evidence was changed after it was written."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a case under a name; `size` is that of the ciphertext, in bytes."""

    name: str
    size: int


class Vault:
    """Implements casework.evidence.EvidenceVault over a store of encrypted bytes.

    `touched` is where it notes, before it writes, which case may get evidence that is never recorded.
    """

    def __init__(self, blobs: BlobStore, keys: KeyRing, touched: Path, *, seal_names: bool = False) -> None:
        self._blobs = blobs
        self._keys = keys
        self._touched = Touched(touched)
        self._seal_names = seal_names

    @property
    def blobs(self) -> BlobStore:
        """Where the encrypted bytes are."""
        return self._blobs

    def close(self) -> None:
        """Close the connection to the store."""
        self._blobs.close()

    def put(self, case: str, name: str, data: bytes) -> None:
        """Encrypt and store; durable on return."""
        _require_plain(case, name)
        self._touched.note(case)
        key = self._keys.case(case, make=True)
        nonce = secrets.token_bytes(NONCE_BYTES)
        self._blobs.put(case, self._sealed(key, name), nonce + AESGCM(key).encrypt(nonce, data, _bound(case, name)))

    def get(self, case: str, name: str) -> bytes:
        """Decrypt; raises EvidenceGone, BrokenEvidence, BrokenKey.

        What people and machines read of evidence goes through `storage.evidence.evidence_door`, which puts it on
        record.
        """
        _require_plain(case, name)
        key = self._keys.case(case)
        try:
            stored = self._blobs.get(case, self._sealed(key, name))
        except NotStored:
            raise EvidenceGone("case %(case)s holds no %(name)s", case=case, name=name) from None
        try:
            return AESGCM(key).decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], _bound(case, name))
        except (InvalidTag, ValueError) as error:
            raise BrokenEvidence(f"{name} of case {case} was changed after it was written") from error

    def names(self, case: str) -> list[str]:
        """Return what is kept of a case, sorted."""
        return [kept.name for kept in self.kept(case)]

    def kept(self, case: str) -> list[Kept]:
        """Return what is kept of a case, sorted by name; what the key of the case did not name is left out."""
        _require_plain(case, "x")
        found = [(stored, name) for stored, name in self._named(case, time.time()) if name and not stored.temporary]
        return sorted((Kept(name, stored.size) for stored, name in found), key=lambda kept: kept.name)

    def erase(self, case: str) -> None:
        """Destroy the key first, then the bytes."""
        _require_plain(case, "x")
        self._keys.destroy_case(case)
        self._blobs.erase(case)

    def is_gone(self, case: str) -> bool:
        """Return whether neither a key nor bytes of the case are there."""
        return not self._keys.has_case(case) and not self._blobs.stored(case, time.time())

    def sweep(
        self,
        known: Callable[[list[str]], Mapping[str, Container[str]]],
        older_than: float = ORPHAN_SECONDS,
    ) -> list[str]:
        """Erase evidence that was never recorded, because the process died before it committed.

        It looks at the cases alone that were written to of late. `known` answers, for some of them, which are recorded,
        each with the ids of its items and events, whose names may be kept. Returns what was erased: cases as a whole,
        and single names as `case/name`.
        """
        now = time.time()
        erased: list[str] = []
        for cases in self._touched.older_than(older_than, now):
            recorded = known(cases)
            for case in cases:
                erased += self._swept(case, recorded.get(case), now, older_than)
        self._touched.forget(older_than, now)
        self._keys.sweep_temporaries(now, older_than)
        return sorted(erased, key=lambda name: ("/" in name, name))

    def _swept(self, case: str, names: Container[str] | None, now: float, older_than: float) -> list[str]:
        if names is None:
            if self._keys.has_case(case):
                is_old = self._keys.case_key_age(case, now) >= older_than
            else:
                is_old = any(stored.age >= older_than for stored in self._blobs.stored(case, now))
            if is_old:
                self.erase(case)
            return [case] if is_old else []
        erased: list[str] = []
        for stored, name in self._named(case, now):
            if stored.age < older_than:
                continue
            if stored.temporary:
                self._blobs.delete(case, stored.name)
            elif name and owner_of(name) not in names:
                self._blobs.delete(case, stored.name)
                erased.append(f"{case}/{name}")
        return erased

    def _named(self, case: str, now: float) -> list[tuple[Stored, str]]:
        stored = self._blobs.stored(case, now)
        if not self._seal_names:
            return [(one, one.name) for one in stored]
        try:
            key = self._keys.case(case)
        except EvidenceGone:
            return [(one, "") for one in stored]
        return [(one, _unsealed(key, one.name)) for one in stored]

    def _sealed(self, key: bytes, name: str) -> str:
        return _names_cipher(key).encrypt(name.encode(), [_SEAL]).hex() if self._seal_names else name


def vault_of(settings: Settings, keys: KeyRing) -> Vault:
    """Return the vault of an installation: over files in its folder, or over a bucket with sealed names."""
    touched = keys.folder / "touched"
    if settings.s3 is not None:
        return Vault(S3Blobs(settings.s3), keys, touched, seal_names=True)
    return Vault(FileBlobs(settings.data / "evidence"), keys, touched)


def _require_plain(case: str, name: str) -> None:
    for part in (case, name):
        if not part or part.startswith(".") or not all(c.isalnum() or c in "-." for c in part):
            raise ValueError(f"{part!r} names no evidence")


def _names_cipher(key: bytes) -> AESSIV:
    return AESSIV(HKDF(SHA256(), 64, None, _SEAL).derive(key))


def _unsealed(key: bytes, name: str) -> str:
    try:
        return _names_cipher(key).decrypt(bytes.fromhex(name), [_SEAL]).decode()
    except (ValueError, InvalidTag):
        return ""


def _bound(case: str, name: str) -> bytes:
    return f"{case}/{name}".encode()
