"""What arrived: each statement once by its puid, with how often it came, and what was refused."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MOST = 10_000


@dataclass(slots=True)
class Entry:
    """A statement that was taken."""

    uuid: str
    statement: dict[str, Any]
    received: datetime
    times: int = 1


@dataclass(slots=True)
class Ledger:
    """Everything since the start, at most 10,000 statements and refusals."""

    entries: dict[str, Entry] = field(default_factory=dict)
    refusals: list[tuple[datetime, int, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, entry: Entry) -> bool:
        """Keep a statement; return whether its puid is new. One that comes again is counted, and changes nothing."""
        puid = entry.statement["puid"]
        with self.lock:
            if puid in self.entries:
                self.entries[puid].times += 1
                return False
            if len(self.entries) >= MOST:
                self.entries.pop(next(iter(self.entries)))
            self.entries[puid] = entry
            return True

    def refuse(self, now: datetime, status: int, reason: str) -> None:
        """Note what was refused and why."""
        with self.lock:
            self.refusals = [*self.refusals[-MOST + 1 :], (now, status, reason)]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        with self.lock:
            return {
                "statements": [
                    {"uuid": e.uuid, "received": e.received.isoformat(), "times": e.times, "statement": e.statement}
                    for e in self.entries.values()
                ],
                "refusals": [
                    {"at": at.isoformat(), "status": status, "reason": reason} for at, status, reason in self.refusals
                ],
            }
