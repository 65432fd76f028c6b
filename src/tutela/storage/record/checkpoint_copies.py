"""The copies of checkpoints that lie in a file of the data folder, outside the database: one JSON line each."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tutela.events.checkpoint import BadCheckpoint, Checkpoint, write


@dataclass(frozen=True, slots=True)
class Copies:
    """What the file holds: the checkpoints that fit, and how many lines prove nothing, damaged or of another key."""

    usable: tuple[Checkpoint, ...]
    unusable: int


class CheckpointCopies:
    """The file at `path`; it need not be there yet."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, made: Checkpoint) -> None:
        """Append a checkpoint, and return when it is on the disk."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(handle).st_size
            # After a line that a crash cut off; otherwise this one would be lost with it.
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            os.write(handle, ("\n" * torn + write(made) + "\n").encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)

    def read(self, understood: Callable[[str], Checkpoint]) -> Copies:
        """Return what the file holds; `understood` raises BadCheckpoint for a line that does not fit."""
        if not self._path.exists():
            return Copies((), 0)
        usable, unusable = [], 0
        for line in self._path.read_text("utf-8", "replace").splitlines():
            try:
                usable.append(understood(line))
            except BadCheckpoint:
                unusable += 1
        return Copies(tuple(usable), unusable)
