"""Spreads the folders of a million cases over 256, by a digest of the case's id."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from tutela.storage.durable import make_folder, sync_folder

SHARDS = tuple(f"{number:02x}" for number in range(256))


def shard_of(case: str) -> str:
    """Return in which of the 256 folders a case belongs. Ids begin with their time, so their digest decides."""
    return hashlib.sha256(case.encode()).hexdigest()[:2]


def to_shards(folder: Path, case_of: Callable[[str], str]) -> None:
    """Move what an older version left in the folder itself to the folders below it; safe to repeat after a crash.

    `case_of` tells the case of a name. It costs the names of the folder, of which there are 256 once it is done.
    """
    known = set(SHARDS)
    touched: set[Path] = set()
    with os.scandir(folder) as entries:
        stray = [entry.name for entry in entries if entry.name not in known and not entry.name.startswith(".")]
    for name in stray:
        target = folder / shard_of(case_of(name))
        make_folder(target)
        try:
            (folder / name).rename(target / name)
        except FileNotFoundError:
            continue  # another process moves them too
        touched.add(target)
    for one in (*touched, *([folder] if touched else [])):
        sync_folder(one)
