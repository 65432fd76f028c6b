"""What an index does to a disk. Every write goes through here, so that a test can stop it anywhere."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Disk(Protocol):
    """Writes files. What a method has returned from is durable; a name is so once its folder is synced."""

    def fill(self, path: Path, size: int) -> NDArray[np.uint8]:
        """Create a file of `size` zero bytes and return it, mapped. Raises OSError where there is no room."""
        ...

    def settle(self, path: Path, filled: NDArray[np.uint8]) -> None:
        """Make what was filled durable."""
        ...

    def write(self, path: Path, data: bytes) -> None:
        """Create or replace the bytes of a file."""
        ...

    def append(self, path: Path, data: bytes) -> None:
        """Add bytes at the end of a file."""
        ...

    def cut(self, path: Path, size: int) -> None:
        """Cut a file to `size` bytes."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Put a file under another name, in place of what is there."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a name."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        ...


class RealDisk:
    """The disk of the machine."""

    def fill(self, path: Path, size: int) -> NDArray[np.uint8]:
        """Create a file of `size` zero bytes and return it, mapped. Raises OSError where there is no room."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            # Reserved, because a write into a mapped file for which there is no room kills the process.
            os.posix_fallocate(handle, 0, size)
            return np.frombuffer(mmap.mmap(handle, size), np.uint8)
        except OSError:
            path.unlink()
            raise
        finally:
            os.close(handle)

    def settle(self, path: Path, filled: NDArray[np.uint8]) -> None:
        """Make what was filled durable."""
        base: object = filled.base
        if isinstance(base, memoryview):
            base = base.obj
        if not isinstance(base, mmap.mmap):
            raise TypeError("only what `fill` returned can be settled")
        base.flush()
        _sync(path, os.O_RDWR)

    def write(self, path: Path, data: bytes) -> None:
        """Create or replace the bytes of a file."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())

    def append(self, path: Path, data: bytes) -> None:
        """Add bytes at the end of a file."""
        with path.open("ab") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())

    def cut(self, path: Path, size: int) -> None:
        """Cut a file to `size` bytes."""
        os.truncate(path, size)
        _sync(path, os.O_RDWR)

    def rename(self, source: Path, target: Path) -> None:
        """Put a file under another name, in place of what is there."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Remove a name."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        _sync(folder, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
