"""Files that are there whole or not at all, also after a crash."""

from __future__ import annotations

import glob
import os
import secrets
from pathlib import Path


def write_durably(path: Path, data: bytes, *, only_new: bool = False) -> bool:
    """Write a file through a temporary one, synced with its folder; readable by its owner alone.

    With `only_new` a file that is there already is left alone and False is returned.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
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


def temporaries(path: Path) -> list[Path]:
    """Return what killed processes left of attempts to write a file."""
    return list(path.parent.glob(f".{glob.escape(path.name)}.*.tmp"))


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
