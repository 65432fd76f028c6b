"""What arrived: each message once, with how often it came, and what was refused."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TYPES = {
    "action.ordered": {"action", "kind", "state", "ordered_at"},
    "action.reversal_ordered": {"action", "kind", "state", "ordered_at"},
    "complaint.decided": {"complaint", "action", "kind", "channel", "upheld", "reason"},
    "notice.issued": {"about", "notice", "action", "kind", "issued_at"},
}
"""What the data of each known type must hold beside `case`, `service`, `item`, `account` and `items`."""
COMMON = {"case", "service", "item", "account", "items"}
MOST = 10_000


class Malformed(ValueError):
    """The body is not what a call holds."""


@dataclass(slots=True)
class Message:
    """A message that was received; `times` counts its arrivals."""

    id: str
    type: str
    data: dict[str, Any]
    received: datetime
    times: int = 1


@dataclass(slots=True)
class Ledger:
    """Everything that arrived since the start, at most 10,000 messages and refusals."""

    messages: dict[str, Message] = field(default_factory=dict)
    refusals: list[tuple[datetime, int, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def receive(self, message: str, body: bytes, now: datetime) -> bool:
        """Keep a message; return whether it is new. One that comes again is counted, and changes nothing else."""
        type_, data = _parsed(body)
        with self.lock:
            if message in self.messages:
                self.messages[message].times += 1
                return False
            if len(self.messages) >= MOST:
                self.messages.pop(next(iter(self.messages)))
            self.messages[message] = Message(message, type_, data, now)
            return True

    def refuse(self, now: datetime, status: int, reason: str) -> None:
        """Note what was refused and why."""
        with self.lock:
            self.refusals = [*self.refusals[-MOST + 1 :], (now, status, reason)]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        with self.lock:
            return {
                "messages": [
                    {"id": m.id, "type": m.type, "data": m.data, "received": m.received.isoformat(), "times": m.times}
                    for m in self.messages.values()
                ],
                "refusals": [
                    {"at": at.isoformat(), "status": status, "reason": reason} for at, status, reason in self.refusals
                ],
            }


def _parsed(body: bytes) -> tuple[str, dict[str, Any]]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is no JSON") from error
    if not isinstance(document, dict) or set(document) != {"type", "timestamp", "data"}:
        raise Malformed("the body has type, timestamp and data, and nothing else")
    type_, data = document["type"], document["data"]
    try:
        if datetime.fromisoformat(document["timestamp"]).tzinfo is None:
            raise ValueError
    except (TypeError, ValueError):
        raise Malformed("timestamp is a time with its zone (ISO 8601)") from None
    if not isinstance(type_, str) or not isinstance(data, dict):
        raise Malformed("type is a text and data an object")
    missing = (COMMON | TYPES[type_]) - set(data) if type_ in TYPES else set()
    if missing:
        raise Malformed(f"the data of {type_} lacks {', '.join(sorted(missing))}")
    return type_, data
