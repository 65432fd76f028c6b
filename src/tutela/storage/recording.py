"""What every store of a transaction can do: append to the record, and hold a name."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, text

from tutela.access.approvals import Approval
from tutela.events.envelope import Event, NewEvent
from tutela.storage.access import approvals
from tutela.storage.record.event_log import EventLog


class RecordingStore:
    """One transaction on the database."""

    def __init__(self, connection: Connection, log: EventLog) -> None:
        self._connection = connection
        self._log = log

    def append(self, events: Sequence[NewEvent]) -> list[Event]:
        """Record events and update the projections."""
        return self._log.append(events)

    def approval(self, approval_id: str, *, lock: bool = False) -> Approval:
        """Return an approval, locked until the end if asked; raises LookupError."""
        return approvals.find(self._connection, approval_id, lock=lock)

    def lock(self, name: str) -> None:
        """Hold a name until the end of the transaction. SQLite lets one writer in at a time anyway."""
        if self._connection.dialect.name == "postgresql":
            number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
