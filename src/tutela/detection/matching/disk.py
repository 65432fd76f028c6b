"""What an index does to a disk. Every write goes through here, so that a test can stop it anywhere."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Disk(Protocol):
    """Writes files. A file's bytes are durable where a method says so; its name is so once its folder is synced."""

    def make_folder(self, path: Path) -> None:
        """Create a folder, durably, where there is none."""
        ...

    def fill(self, path: Path, size: int) -> NDArray[np.uint8]:
        """Create a file of `size` zero bytes and return it, mapped. Raises OSError where there is no room."""
        ...

    def settle(self, path: Path, filled: NDArray[np.uint8]) -> None:
        """Make what was filled durable."""
        ...

    def write(self, path: Path, data: bytes) -> None:
        """Create a file of these bytes, durable, or replace those that it has."""
        ...

    def write_at(self, path: Path, offset: int, data: bytes) -> None:
        """Put bytes into a file; they are durable once it is synced."""
        ...

    def sync(self, path: Path) -> None:
        """Make a file's bytes durable."""
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

    def make_folder(self, path: Path) -> None:
        """Create a folder, durably, where there is none."""
        if not path.is_dir():
            self.make_folder(path.parent)
            path.mkdir(exist_ok=True, mode=0o700)
            self.sync_folder(path.parent)

    def fill(self, path: Path, size: int) -> NDArray[np.uint8]:
        """Create a file of `size` zero bytes and return it, mapped. Raises OSError where there is no room."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            # Reserved, because a write into a mapped file for which there is no room kills the process.
            os.posix_fallocate(handle, 0, size)
            return np.frombuffer(mmap.mmap(handle, size), np.uint8)
        except OSError as error:
            path.unlink()
            told = f"{size:,} bytes for a part of the index: {os.strerror(error.errno or 0)}"
            raise OSError(error.errno, told, str(path)) from None
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
        self.sync(path)

    def write(self, path: Path, data: bytes) -> None:
        """Create a file of these bytes, durable, or replace those that it has."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())

    def write_at(self, path: Path, offset: int, data: bytes) -> None:
        """Put bytes into a file; they are durable once it is synced."""
        with path.open("r+b") as stream:
            stream.seek(offset)
            stream.write(data)

    def sync(self, path: Path) -> None:
        """Make a file's bytes durable."""
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
