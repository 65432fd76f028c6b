"""Which keys were destroyed: a durable list outside the database, so that nothing comes back with an old copy.

`erased/ab/CASE` holds the ids of the destroyed keys of a case, one a line; a key id says nothing of the key. `log` is
the same in the order in which it happened, one JSON object a line, so that a copy that lags behind is noticed at
once: `{"n": 1, "case": ..., "key": ..., "certificate": ..., "at": ...}`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tutela.storage.durable import append_line, holding, make_folder, write_durably
from tutela.storage.evidence.shards import shard_of

_TAIL = 8192


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That the key of a case was destroyed. `key` is none where it was gone before it could be named."""

    n: int
    case: str
    key: str | None
    certificate: str
    at: str


class Tombstones:
    """One copy of the list."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._log = folder / "log"

    def holds(self, case: str, key: str) -> bool:
        """Return whether this key of the case was destroyed."""
        return key in self._keys(case)

    def knows(self, case: str) -> bool:
        """Return whether a key of the case was destroyed."""
        return self._path(case).exists()

    def cases_in(self, shard: str) -> list[str]:
        """Return the cases in one of the 256 folders of which a key was destroyed."""
        folder = self._folder / shard
        return sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) if folder.exists() else []

    def add(self, case: str, key: str | None, certificate: str, at: str, *, n: int | None = None) -> Tombstone:
        """Add a key, durably, before it is destroyed. Adding the same certificate again changes nothing.

        `n` is the number of the line in another copy; the next one if not given.
        """
        with holding(self._folder / ".lock"):
            for line in self._of_case(case):
                if line.certificate == certificate:
                    return line
            keys = [*dict.fromkeys([*self._keys(case), *([key] if key else [])])]
            make_folder(self._path(case).parent)
            write_durably(self._path(case), "".join(f"{k}\n" for k in keys).encode("ascii"))
            stone = Tombstone(n or self.last() + 1, case, key, certificate, at)
            append_line(self._log, json.dumps(asdict(stone)))
            return stone

    def last(self) -> int:
        """Return the number of the newest line, 0 if there is none."""
        return max((stone.n for stone in self.newest()), default=0)

    def newest(self) -> list[Tombstone]:
        """Return the newest lines, some thirty of them. It reads the end of the log alone."""
        if not self._log.exists():
            return []
        with self._log.open("rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - _TAIL))
            return [stone for line in stream.read().split(b"\n") if (stone := _parsed(line))]

    def after(self, n: int) -> Iterator[Tombstone]:
        """Yield the lines with higher numbers, in their order; a line that a crash cut short is passed over."""
        if not self._log.exists():
            return
        with self._log.open("rb") as stream:
            for line in stream:
                stone = _parsed(line)
                if stone is not None and stone.n > n:
                    yield stone

    def _of_case(self, case: str) -> list[Tombstone]:
        # A case is erased once, or, where it was opened again, a few times: most have no file, and nothing is read.
        return [stone for stone in self.after(0) if stone.case == case] if self.knows(case) else []

    def _keys(self, case: str) -> list[str]:
        try:
            return self._path(case).read_text("ascii").split()
        except FileNotFoundError:
            return []

    def _path(self, case: str) -> Path:
        return self._folder / shard_of(case) / case


def _parsed(line: bytes) -> Tombstone | None:
    try:
        return Tombstone(**json.loads(line))
    except (ValueError, TypeError):
        return None
