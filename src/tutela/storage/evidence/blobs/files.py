"""Encrypted bytes in files: `FOLDER/ab/CASE/NAME`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from tutela.storage.durable import age, make_folder, sync_folder, write_durably
from tutela.storage.evidence.blobs.port import NotStored, Stored
from tutela.storage.evidence.shards import shard_of, to_shards


class FileBlobs:
    """Implements blobs.port.BlobStore in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        to_shards(folder, lambda name: name)

    def put(self, case: str, name: str, data: bytes) -> None:
        """Write through a temporary file in the same folder."""
        folder = self._of(case)
        make_folder(folder)
        write_durably(folder / name, data)

    def get(self, case: str, name: str) -> bytes:
        """Read."""
        try:
            return (self._of(case) / name).read_bytes()
        except FileNotFoundError:
            raise NotStored(f"{case}/{name}") from None

    def stored(self, case: str, now: float) -> list[Stored]:
        """List the folder of the case."""
        folder = self._of(case)
        if not folder.exists():
            return []
        found: list[Stored] = []
        for path in sorted(folder.iterdir()):
            try:
                size = path.stat().st_size
            except FileNotFoundError:
                continue
            found.append(Stored(path.name, size, age(path, now), path.name.startswith(".")))
        return found

    def delete(self, case: str, name: str) -> None:
        """Unlink."""
        folder = self._of(case)
        if folder.exists():
            (folder / name).unlink(missing_ok=True)
            sync_folder(folder)

    def erase(self, case: str) -> None:
        """Remove the folder of the case. Raises OSError where something of it cannot be removed."""
        folder = self._of(case)
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            if folder.exists():  # something went while it was removed: once more, and for good
                shutil.rmtree(folder)
        if folder.parent.exists():
            sync_folder(folder.parent)

    def cases_in(self, shard: str) -> Iterator[str]:
        """List the folders of cases."""
        folder = self._folder / shard
        yield from sorted(p.name for p in folder.iterdir()) if folder.exists() else ()

    def close(self) -> None:
        """Nothing is open."""

    def _of(self, case: str) -> Path:
        return self._folder / shard_of(case) / case
