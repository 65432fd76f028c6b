"""The locks of an index: one process writes, one compacts. The system gives a lock back when its process dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

WRITING = "LOCK"
COMPACTING = "COMPACT"
_DOING = {WRITING: "writing to", COMPACTING: "compacting"}


class IndexBusy(Exception):
    """Another process is writing to the index, or compacting it."""


class Lock:
    """A lock that is held, until it is closed. Not to be asked for twice in one thread: it would wait for itself."""

    def __init__(self, folder: Path, name: str, *, wait: bool) -> None:
        """Wait for another holder, or raise IndexBusy."""
        self._handle = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(self._handle)
            raise IndexBusy(f"{folder}: another process is {_DOING[name]} this index") from None
        except BaseException:
            os.close(self._handle)
            raise

    def close(self) -> None:
        """Let others in."""
        # Closing alone does not, where a process that was forked off meanwhile has the file open too.
        fcntl.flock(self._handle, fcntl.LOCK_UN)
        os.close(self._handle)
