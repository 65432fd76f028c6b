"""Files under folders, in an order that a second run repeats."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file: `name` is the path as the user would write it, `size` in bytes, `modified_ns` since 1970."""

    path: Path
    name: str
    size: int
    modified_ns: int

    @property
    def identity(self) -> str:
        """What makes it the same item when a run is resumed: place, size and time of change."""
        return f"{self.path.resolve()}\0{self.size}\0{self.modified_ns}"


@dataclass(frozen=True, slots=True)
class UnreadablePath:
    """Something named by the user, or met on the way, that cannot be taken in."""

    name: str
    reason: str


def find_files(roots: Iterable[Path]) -> Iterator[FoundFile | UnreadablePath]:
    """Yield every regular file under the roots, folders sorted by name.

    Symbolic links that the user names are followed; those met inside a folder are reported and not followed, so
    that a link cannot lead out of it. Devices, pipes and sockets are reported, never opened.
    """
    for root in roots:
        if not root.exists():
            yield UnreadablePath(str(root), "no such file or folder")
        elif root.is_dir():
            yield from _walk(root)
        else:
            yield _regular(root)


def _walk(folder: Path) -> Iterator[FoundFile | UnreadablePath]:
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except OSError as error:
        yield UnreadablePath(str(folder), error.strerror or str(error))
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.is_symlink():
            yield UnreadablePath(str(path), "a symbolic link, not followed")
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        else:
            yield _regular(path)


def _regular(path: Path) -> FoundFile | UnreadablePath:
    if not path.is_file():
        return UnreadablePath(str(path), "not a regular file")
    try:
        status = path.stat()
    except OSError as error:
        return UnreadablePath(str(path), error.strerror or str(error))
    return FoundFile(path, str(path), status.st_size, status.st_mtime_ns)
