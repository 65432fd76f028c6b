"""The port to the event store; `storage` implements it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from tutela.events.envelope import Event, NewEvent


class EventReader(Protocol):
    """Reads the record. Every method returns events in the order of their sequence."""

    def read(
        self,
        *,
        types: Sequence[str] | None = None,
        subject: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: int = 0,
        up_to: int | None = None,
    ) -> Iterator[Event]:
        """Yield events that fit every given bound: `since <= occurred_at < until`, `after < sequence <= up_to`."""
        ...

    def by_sequence(self, sequences: Iterable[int]) -> list[Event]:
        """Return the events with these sequence numbers."""
        ...

    def last_sequence(self) -> int:
        """Return the number of the newest event, 0 for an empty store."""
        ...


class EventWriter(Protocol):
    """Appends to the record and updates the projections in the same transaction."""

    def append(self, events: Sequence[NewEvent]) -> list[Event]:
        """Record the events, in bulk, in this order; return them as recorded."""
        ...
