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
    """Something named by the user, or met on the way, that cannot be taken in.

    `failed`: it could not be read, so nobody knows what it holds; otherwise it is a thing that is never read.
    """

    name: str
    reason: str
    failed: bool


def find_files(roots: Iterable[Path]) -> Iterator[FoundFile | UnreadablePath]:
    """Yield every regular file under the roots, folders sorted by name.

    Symbolic links that the user names are followed; those met inside a folder are reported and not followed, so
    that a link cannot lead out of it. Devices, pipes and sockets are reported, never opened.
    """
    for root in roots:
        try:
            exists, is_folder = root.exists(), root.is_dir()
        except OSError as error:
            yield _failed(root, error)
            continue
        if not exists:
            yield UnreadablePath(str(root), "no such file or folder", failed=True)
        elif is_folder:
            yield from _walk(root)
        else:
            yield _regular(root)


def _walk(root: Path) -> Iterator[FoundFile | UnreadablePath]:
    # A stack and not recursion: folders may be nested deeper than Python calls may.
    to_do: list[Path | os.DirEntry[str]] = [root]
    while to_do:
        here = to_do.pop()
        path = Path(here)
        try:
            if isinstance(here, os.DirEntry) and here.is_symlink():
                yield UnreadablePath(str(path), "a symbolic link, not followed", failed=False)
            elif isinstance(here, os.DirEntry) and not here.is_dir(follow_symlinks=False):
                yield _regular(path)
            else:
                with os.scandir(path) as entries:
                    to_do += sorted(entries, key=lambda e: e.name, reverse=True)
        except OSError as error:
            yield _failed(path, error)


def _failed(path: Path, error: OSError) -> UnreadablePath:
    return UnreadablePath(str(path), error.strerror or str(error), failed=True)


def _regular(path: Path) -> FoundFile | UnreadablePath:
    try:
        if not path.is_file():
            return UnreadablePath(str(path), "not a regular file", failed=False)
        status = path.stat()
    except OSError as error:
        return _failed(path, error)
    return FoundFile(path, str(path), status.st_size, status.st_mtime_ns)
