"""Files that are there whole or not at all, also after a crash."""

from __future__ import annotations

import fcntl
import glob
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_durably(path: Path, data: bytes, *, only_new: bool = False, through: Path | None = None) -> bool:
    """Write a file through a temporary one, synced with its folder; readable by its owner alone.

    With `only_new` a file that is there already is left alone and False is returned. `through` is the folder of the
    temporary file, in the same file system; else the folder of the file.
    """
    temporary = (through or path.parent) / f".{path.name}.{secrets.token_hex(8)}.tmp"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if only_new:
            try:
                os.link(temporary, path)
            except FileExistsError:
                return False
        else:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def temporaries(path: Path, through: Path | None = None) -> list[Path]:
    """Return what killed processes left of attempts to write a file."""
    return list((through or path.parent).glob(f".{glob.escape(path.name)}.*.tmp"))


def make_folder(folder: Path) -> None:
    """Make a folder that its owner alone reads, durably, with those above it that are missing."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


@contextmanager
def holding(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock on a file, made if it is not there, until the block ends; several processes wait for each other."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def append_line(path: Path, line: str) -> None:
    """Add a line to a file, synced; a line that a crash cut short is ended first, so that it spoils no other."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        broken = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, (("\n" if broken else "") + line + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(path.parent)


def age(path: Path, now: float) -> float:
    """Return how many seconds ago a file was written; a file that is gone was written now."""
    try:
        return now - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
