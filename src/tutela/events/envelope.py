"""What every event carries besides its own facts."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tutela.events.catalogue.base import Payload

Clock = Callable[[], datetime]
"""Returns the present time, aware, in UTC. Injected: the domain never reads a clock."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def system_clock() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(UTC)


def new_id(at: datetime) -> str:
    """Return an identifier that sorts by `at` (UUID version 7, RFC 9562): 36 characters."""
    milliseconds = max(0, (at - _EPOCH) // timedelta(milliseconds=1))
    random = secrets.randbits(74)
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62
    return str(uuid.UUID(int=value | (random & (2**62 - 1))))


SYSTEM = "system"
"""The actor of what no person did."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact about to be recorded.

    `subject` is the thing it is about (a case, a batch, a list); `actor` a person's id, an API key's
    id, or `SYSTEM`; `occurred_at` the time at which it was true, aware, in UTC.
    """

    payload: Payload
    subject: str
    occurred_at: datetime
    actor: str = SYSTEM
    id: str = field(default="")

    def __post_init__(self) -> None:
        if self.occurred_at.tzinfo is None or self.occurred_at.utcoffset() is None:
            raise ValueError(f"an event needs a time with its zone, not {self.occurred_at!r}")
        object.__setattr__(self, "occurred_at", self.occurred_at.astimezone(UTC))
        if not self.id:
            object.__setattr__(self, "id", new_id(self.occurred_at))


@dataclass(frozen=True, slots=True)
class Event:
    """A recorded fact: `sequence` grows with every event of the store; nothing of it ever changes."""

    sequence: int
    id: str
    payload: Payload
    subject: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime

    @property
    def type(self) -> str:
        """The event's name in the catalogue."""
        return self.payload.TYPE
