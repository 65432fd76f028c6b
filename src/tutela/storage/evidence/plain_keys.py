"""Keys that lie in files as they are, readable by their owner alone.

A mark beside each says that it was made, so that one that is lost is missed, and never replaced by another that
opens nothing.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tutela.storage.durable import sync_folder, temporaries, write_durably
from tutela.storage.evidence.master_keys.port import BrokenKey

KEY_BYTES = 32
PACKAGES_KEY = "packages.key"
"""The seed of the Ed25519 key that signs packages for authorities."""


class PlainKeys:
    """The plain keys of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> bytes:
        """Return a key, made on first use; raises BrokenKey."""
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

    def destroy(self, name: str, mark: str) -> None:
        """Destroy a key for good; the mark, written first, says so from then on."""
        write_durably(self._folder / mark, b"", only_new=True)
        path = self._folder / name
        for copy in (path, *temporaries(path)):
            copy.unlink(missing_ok=True)
        sync_folder(self._folder)
