"""A disk that records what is done to it, and the folders that a loss of power could have left.

What was written and not synced may be there, be missing, or be there in part: each page of 4,096 bytes holds what any
of the writes since the last sync made of it, and the file may end where any of them made it end, or between. A name
that was made, changed or removed since its folder was synced may be so or not, each on its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.disk import RealDisk

PAGE = 4096
Luck = Literal["nothing", "everything", "some"]


@dataclass(frozen=True)
class Op:
    """One thing done to the disk, while a change leads from one state to another."""

    kind: Literal["mkdir", "create", "write", "sync", "rename", "remove", "sync_folder"]
    path: Path
    change: int
    before: Any
    after: Any
    offset: int = 0
    data: bytes = b""
    target: Path = Path()


class RecordingDisk(RealDisk):
    """The machine's disk, with a record. Paths are told relative to `root`."""

    def __init__(self, root: Path, state: Any) -> None:
        self.root = root
        self.ops: list[Op] = []
        self.state = state
        self._after = state
        self._change = 0

    @contextmanager
    def change(self, after: Any) -> Iterator[None]:
        """Record what follows as leading from the state now to another."""
        self._change += 1
        self._after = after
        yield
        self.state = after

    def allowed(self, prefix: int) -> list[Any]:
        """Return the states that are right after so many ops."""
        if prefix == len(self.ops):
            return [self.state]
        following = self.ops[prefix]
        if prefix and self.ops[prefix - 1].change == following.change:
            return [following.before, following.after]
        return [following.before]

    def _record(self, kind: Any, path: Path, **more: Any) -> None:
        if "target" in more:
            more["target"] = more["target"].relative_to(self.root)
        self.ops.append(Op(kind, path.relative_to(self.root), self._change, self.state, self._after, **more))

    def make_folder(self, path: Path) -> None:
        if not path.exists():
            super().make_folder(path)
            self._record("mkdir", path)

    def fill(self, path: Path, size: int) -> NDArray[np.uint8]:
        filled = super().fill(path, size)
        self._record("create", path)
        self._record("write", path, data=bytes(size))
        return filled

    def settle(self, path: Path, filled: NDArray[np.uint8]) -> None:
        super().settle(path, filled)
        self.ops.pop()  # the sync that RealDisk did
        self._record("write", path, data=filled.tobytes())
        self._record("sync", path)

    def write(self, path: Path, data: bytes) -> None:
        super().write(path, data)
        self._record("create", path)
        self._record("write", path, data=data)
        self._record("sync", path)

    def write_at(self, path: Path, offset: int, data: bytes) -> None:
        super().write_at(path, offset, data)
        self._record("write", path, offset=offset, data=data)

    def sync(self, path: Path) -> None:
        super().sync(path)
        self._record("sync", path)

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self._record("rename", source, target=target)

    def remove(self, path: Path) -> None:
        super().remove(path)
        self._record("remove", path)

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        self._record("sync_folder", folder)


@dataclass
class _File:
    durable: bytes = b""
    pending: list[tuple[int, bytes]] = field(default_factory=list)

    def versions(self) -> list[bytes]:
        """Return the bytes after each write since the last sync, those of the sync first."""
        found = [self.durable]
        for offset, data in self.pending:
            last = found[-1].ljust(offset, b"\0")
            found.append(last[:offset] + data + last[offset + len(data) :])
        return found

    def left(self, luck: Luck, rng: random.Random) -> bytes:
        versions = self.versions()
        if luck == "nothing" or len(versions) == 1:
            return versions[0]
        if luck == "everything":
            return versions[-1]
        sizes = sorted({len(v) for v in versions})
        size = rng.choice([*sizes, rng.randint(sizes[0], sizes[-1])])
        pages = []
        for start in range(0, size, PAGE):
            page = rng.choice(versions)[start : start + PAGE]
            pages.append(page.ljust(min(PAGE, size - start), b"\0")[: size - start])
        return b"".join(pages)


def durable(root: Path) -> dict[Path, bytes]:
    """Return what lies below a folder, as what a disk held before anything was recorded."""
    return {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def leave(base: dict[Path, bytes], ops: list[Op], root: Path, luck: Luck, rng: random.Random) -> None:
    """Make below `root` what a loss of power after these ops on what was there could have left."""
    names = {path: _File(data) for path, data in base.items()}
    for path in names:
        (root / path.parent).mkdir(parents=True, exist_ok=True)
    now = dict(names)
    pending: list[Op] = []
    made: dict[int, _File] = {}
    for op in ops:
        match op.kind:
            case "mkdir":
                (root / op.path).mkdir(parents=True, exist_ok=True)
            case "create":
                made[id(op)] = now[op.path] = _File()
                pending.append(op)
            case "write":
                now[op.path].pending.append((op.offset, op.data))
            case "sync":
                file = now[op.path]
                file.durable = file.versions()[-1]
                file.pending.clear()
            case "rename":
                made[id(op)] = now[op.target] = now.pop(op.path)
                pending.append(op)
            case "remove":
                now.pop(op.path)
                pending.append(op)
            case "sync_folder":
                for done in pending:
                    _name(done, names, made)
                pending.clear()
    for op in pending:
        if luck == "everything" or (luck == "some" and rng.random() < 0.5):
            _name(op, names, made)
    for path, file in names.items():
        (root / path).write_bytes(file.left(luck, rng))


def _name(op: Op, names: dict[Path, _File], made: dict[int, _File]) -> None:
    match op.kind:
        case "create":
            names[op.path] = made[id(op)]
        case "rename":
            names.pop(op.path, None)
            names[op.target] = made[id(op)]
        case "remove":
            names.pop(op.path, None)
