"""Which cases were written to of late: where a crash may have left evidence that was never recorded.

One empty file a case and hour, made before the first write of that hour: `HOUR/CASE`, the hour counted since 1970. A
sweep looks at these cases, and at no other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tutela.storage.durable import age, make_folder, sync_folder

HOUR = 3600
_PART = 500
_REMEMBERED = 10_000


class Touched:
    """The notes in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._noted: set[tuple[int, str]] = set()

    def note(self, case: str) -> None:
        """Note that a case is about to be written to; durable on return."""
        hour = int(time.time()) // HOUR
        with self._lock:
            if (hour, case) in self._noted:
                return
        folder = self._folder / str(hour)
        make_folder(folder)
        (folder / case).touch(mode=0o600)
        sync_folder(folder)
        with self._lock:
            if len(self._noted) >= _REMEMBERED:
                self._noted.clear()
            self._noted.add((hour, case))

    def older_than(self, seconds: float, now: float) -> Iterator[list[str]]:
        """Yield in parts of 500 the cases that were first written to, in some hour, at least so long ago."""
        part: list[str] = []
        for _, folder in self._hours():
            for path in folder.iterdir():
                if age(path, now) >= seconds:
                    part.append(path.name)
                    if len(part) == _PART:
                        yield part
                        part = []
        if part:
            yield part

    def forget(self, seconds: float, now: float) -> None:
        """Remove the notes of hours in which nothing was written less than so long ago."""
        for hour, folder in self._hours():
            if now - (hour + 1) * HOUR < max(seconds, 0):
                continue
            for path in folder.iterdir():
                path.unlink(missing_ok=True)
            try:
                folder.rmdir()
            except OSError:
                continue  # another process wrote at this moment, by a clock that lags: next time

    def _hours(self) -> list[tuple[int, Path]]:
        if not self._folder.exists():
            return []
        return sorted((int(p.name), p) for p in self._folder.iterdir() if p.name.isdigit())
