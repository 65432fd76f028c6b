"""The master key in files: `master.key` is version 1, `master-2.key` the next. AES-256-GCM (NIST SP 800-38D)."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tutela.storage.durable import sync_folder, temporaries
from tutela.storage.evidence.master_keys.port import BrokenKey
from tutela.storage.evidence.plain_keys import KEY_BYTES, PlainKeys

NONCE_BYTES = 12
_SEALED = NONCE_BYTES + KEY_BYTES + 16
_VERSION_BYTES = 4


class FileMasterKey:
    """Implements master_keys.port.MasterKey in the folder of the keys.

    A wrapped key is nonce and ciphertext, with the version (4 bytes, big-endian) before them from version 2 on.
    """

    def __init__(self, folder: Path, plain: PlainKeys) -> None:
        self._folder = folder
        self._plain = plain
        self._newest = 0

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        """Wrap by the newest version."""
        version = self.newest()
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(self._key(version)).encrypt(nonce, key, bound)
        return sealed if version == 1 else version.to_bytes(_VERSION_BYTES, "big") + sealed

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Unwrap by the version that wrapped it."""
        key = self._key(self.version_of(wrapped))
        sealed = wrapped[-_SEALED:]
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
        except InvalidTag as error:
            raise BrokenKey("the master key does not fit it") from error

    def rewrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Wrap by the newest version what an older one wrapped."""
        return self.wrap(self.unwrap(wrapped, bound), bound)

    def version_of(self, wrapped: bytes) -> int:
        """Tell by the length, and from version 2 on by the first bytes."""
        if len(wrapped) == _SEALED:
            return 1
        if len(wrapped) != _VERSION_BYTES + _SEALED:
            raise BrokenKey(f"it has {len(wrapped)} bytes, and is no wrapped key")
        return int.from_bytes(wrapped[:_VERSION_BYTES], "big")

    def newest(self) -> int:
        """Return the newest version. Another process may have made one since it was last asked."""
        if not self._newest:
            self._newest = max(self._versions(), default=1)
        while self._is_known(self._newest + 1):
            self._newest += 1
        return self._newest

    def rotate_to(self, version: int) -> None:
        """Make a version."""
        if version not in (self.newest(), self.newest() + 1):
            raise BrokenKey(f"the newest version is {self.newest()}, so the next one is not {version}")
        self._key(version)

    def destroy_before(self, version: int) -> None:
        """Remove the files of older versions, with what killed processes left of them."""
        for old in self._versions():
            if old < version:
                path = self._folder / _name(old)
                for copy in (path, *temporaries(path), path.with_name(f"{path.name}.made")):
                    copy.unlink(missing_ok=True)
        sync_folder(self._folder)

    def close(self) -> None:
        """Nothing is open."""

    def _versions(self) -> list[int]:
        found = [re.fullmatch(r"master(?:-(\d+))?\.key(?:\.made)?", p.name) for p in self._folder.glob("master*")]
        return sorted({int(match[1] or 1) for match in found if match})

    def _is_known(self, version: int) -> bool:
        path = self._folder / _name(version)
        return path.exists() or path.with_name(f"{path.name}.made").exists()

    def _key(self, version: int) -> bytes:
        if version < self.newest() and not self._is_known(version):
            raise BrokenKey(f"version {version} of the master key was destroyed, and what it wrapped with it")
        if version > self.newest() + 1:
            raise BrokenKey(f"version {version} of the master key is not in {self._folder}: restore it")
        return self._plain.get(_name(version))


def _name(version: int) -> str:
    return "master.key" if version == 1 else f"master-{version}.key"
