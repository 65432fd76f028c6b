"""What arrived: each package once, ids that were closed, and what was refused."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MOST = 10_000


@dataclass(slots=True)
class Entry:
    """A package that was taken. `times` counts how often the same bytes came."""

    package: str
    manifest: dict[str, Any]
    sha256: str
    receipt: bytes
    received: datetime
    times: int = 1


class Taken(ValueError):
    """The id, or the referral, is taken by another package."""


class Closed(ValueError):
    """The id was closed before a package came under it."""


@dataclass(slots=True)
class Ledger:
    """Everything since the start, at most 10,000 packages and refusals."""

    entries: dict[str, Entry] = field(default_factory=dict)
    closed: dict[str, datetime] = field(default_factory=dict)
    refusals: list[tuple[datetime, int, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def known(self, package: str, sha256: str) -> bytes | None:
        """Return the receipt where these bytes came before, counted; raises Taken, Closed."""
        with self.lock:
            if package in self.closed:
                raise Closed("the id was closed: send the report under a new one")
            entry = self.entries.get(package)
            if entry is None:
                return None
            if entry.sha256 != sha256:
                raise Taken("other bytes came under this id before")
            entry.times += 1
            return entry.receipt

    def take(self, entry: Entry) -> None:
        """Take a package in; raises Taken, Closed."""
        with self.lock:
            if entry.package in self.closed:
                raise Closed("the id was closed: send the report under a new one")
            if entry.package in self.entries:
                raise Taken("a package came under this id meanwhile")
            referral = entry.manifest["referral"]
            if any(one.manifest["referral"] == referral for one in self.entries.values()):
                raise Taken("this report came before, in another package")
            if len(self.entries) >= MOST:
                self.entries.pop(next(iter(self.entries)))
            self.entries[entry.package] = entry

    def close(self, package: str, now: datetime) -> bytes | None:
        """Close an id for good, or return the receipt of what came under it."""
        with self.lock:
            if package in self.entries:
                return self.entries[package].receipt
            self.closed.setdefault(package, now)
            return None

    def receipt(self, package: str) -> bytes | None:
        """Return the receipt of a package, if it came."""
        with self.lock:
            entry = self.entries.get(package)
            return None if entry is None else entry.receipt

    def refuse(self, now: datetime, status: int, reason: str) -> None:
        """Note what was refused and why."""
        with self.lock:
            self.refusals = [*self.refusals[-MOST + 1 :], (now, status, reason)]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        with self.lock:
            return {
                "packages": [
                    {
                        "id": e.package,
                        "sha256": e.sha256,
                        "received": e.received.isoformat(),
                        "times": e.times,
                        "manifest": e.manifest,
                    }
                    for e in self.entries.values()
                ],
                "closed": [{"id": package, "at": at.isoformat()} for package, at in self.closed.items()],
                "refusals": [
                    {"at": at.isoformat(), "status": status, "reason": reason} for at, status, reason in self.refusals
                ],
            }
