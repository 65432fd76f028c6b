"""Statements of the register, each with the day from which it was true and the time at which it was recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tutela.events.catalogue import authority as said
from tutela.events.catalogue.base import Payload
from tutela.events.envelope import Event

EVENTS: tuple[type[Payload], ...] = (
    said.ReportReceived,
    said.InvestigationOpened,
    said.ReportsJoined,
    said.InvestigationMerged,
    said.InvestigationClosed,
    said.VictimIdentified,
    said.PersonConvicted,
    said.ConvictionChanged,
    said.StatementWithdrawn,
    said.CollectionDeclared,
)
"""The events that the register is made of."""
Dated = (
    said.ReportReceived
    | said.InvestigationOpened
    | said.ReportsJoined
    | said.InvestigationMerged
    | said.InvestigationClosed
    | said.VictimIdentified
    | said.PersonConvicted
    | said.ConvictionChanged
)
"""What states a fact of a day, and may correct what stated another one."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `sequence` grows with every one that is recorded; `recorded_at` is aware, in UTC."""

    id: str
    sequence: int
    subject: str
    said: Payload
    recorded_at: datetime
    author: str

    @property
    def on(self) -> date | None:
        """The day from which it was true; a withdrawal and a declaration have none."""
        return self.said.on if isinstance(self.said, Dated) else None

    @property
    def known_on(self) -> date:
        """The day of UTC on which the register came to know it."""
        return self.recorded_at.astimezone(UTC).date()

    @property
    def ends(self) -> str | None:
        """The id of the statement that stands no more because of this one."""
        if isinstance(self.said, said.StatementWithdrawn):
            return self.said.statement
        return self.said.corrects if isinstance(self.said, Dated) else None


def statements_of(events: Iterable[Event]) -> tuple[Statement, ...]:
    """Return the statements among events, in the order in which they were recorded."""
    found = [
        Statement(e.id, e.sequence, e.subject, e.payload, e.recorded_at, e.actor)
        for e in events
        if isinstance(e.payload, EVENTS)
    ]
    return tuple(sorted(found, key=lambda s: s.sequence))
