"""The append-only record in the database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, text

from tutela.events.catalogue.base import parse
from tutela.events.envelope import Clock, Event, NewEvent
from tutela.storage import schema
from tutela.storage.projections import (
    actions,
    approvals,
    authority,
    cases,
    entries,
    feedback,
    governance,
    intake,
    legal,
    notices,
    overview,
    platform,
    projector,
    quality,
    redress,
    referrals,
    retention,
    review,
)
from tutela.storage.record import audit_chain
from tutela.storage.rows import events_about

PROJECTORS = (
    intake,
    cases,
    review,
    quality,
    entries,
    actions,
    redress,
    notices,
    platform,
    referrals,
    feedback,
    retention,
    approvals,
    governance,
    legal,
    authority,
    overview,
)
"""Imported so that their functions are registered."""
_PAGE = 2000


class EventLog:
    """Appends to and reads from the record within one transaction."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def now(self) -> datetime:
        """Return the present time, by the clock of the installation."""
        return self._clock()

    def append(self, events: Sequence[NewEvent]) -> list[Event]:
        """Record events in bulk, update the projections, and take them into the chain of the audit."""
        if not events:
            return []
        recorded_at = self._clock()
        rows = [
            {
                "id": event.id,
                "type": event.payload.TYPE,
                "version": event.payload.VERSION,
                "subject": event.subject,
                "actor": event.actor,
                "occurred_at": event.occurred_at,
                "recorded_at": recorded_at,
                "data": event.payload.model_dump(mode="json"),
            }
            for event in events
        ]
        statement = insert(schema.events).returning(schema.events.c.sequence, sort_by_parameter_order=True)
        sequences = self._connection.execute(statement, rows).scalars().all()
        recorded = [
            Event(sequence, e.id, e.payload, e.subject, e.actor, e.occurred_at, recorded_at)
            for sequence, e in zip(sequences, events, strict=True)
        ]
        audit_chain.extend(self._connection, sequences, rows)
        projector.apply(self._connection, recorded)
        return recorded

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
        """Yield events in the order of their sequence, page by page."""
        table = schema.events
        query = select(table).order_by(table.c.sequence).limit(_PAGE)
        if types is not None and subject is not None:
            query = query.where(events_about(subject, *types))
        elif types is not None:
            query = query.where(table.c.type.in_(types))
        elif subject is not None:
            query = query.where(table.c.subject == subject)
        if since is not None:
            query = query.where(table.c.occurred_at >= since)
        if until is not None:
            query = query.where(table.c.occurred_at < until)
        if up_to is not None:
            query = query.where(table.c.sequence <= up_to)
        while True:
            rows = self._connection.execute(query.where(table.c.sequence > after)).all()
            for row in rows:
                yield _event(row)
            if len(rows) < _PAGE:
                return
            after = rows[-1].sequence

    def by_sequence(self, sequences: Iterable[int]) -> list[Event]:
        """Return the events with these numbers."""
        wanted = sorted(set(sequences))
        found: list[Event] = []
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            query = select(schema.events).where(schema.events.c.sequence.in_(part))
            found += [_event(row) for row in self._connection.execute(query.order_by(schema.events.c.sequence))]
        return found

    def last_sequence(self) -> int:
        """Return the number of the newest event, 0 if there is none."""
        return self._connection.execute(select(func.max(schema.events.c.sequence))).scalar() or 0

    def rebuild(self) -> int:
        """Empty the projections and make them again from every event; returns how many events were read.

        Nobody records meanwhile: SQLite lets one writer in at a time, PostgreSQL is told to.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("LOCK TABLE events IN EXCLUSIVE MODE"))
        leases = self._connection.execute(select(schema.leases)).mappings().all()
        self._connection.execute(delete(schema.leases))
        for table in reversed(schema.PROJECTIONS):
            self._connection.execute(delete(table))
        count = 0
        page: list[Event] = []
        for event in self.read():
            page.append(event)
            count += 1
            if len(page) == _PAGE:
                projector.apply(self._connection, page)
                page = []
        projector.apply(self._connection, page)
        if leases:
            self._connection.execute(insert(schema.leases), [dict(row) for row in leases])
        return count

    def rebuilt_otherwise(self) -> list[str]:
        """Return the projections that are not what the events make, after making them anew.

        Whoever only wants to know undoes the transaction.
        """
        before = self._digests()
        self.rebuild()
        after = self._digests()
        return [name for name in before if before[name] != after[name]]

    def _digests(self) -> dict[str, str]:
        return {table.name: self._digest(table) for table in schema.PROJECTIONS}

    def _digest(self, table: Table) -> str:
        found = hashlib.sha256()
        query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_PAGE)
        for row in self._connection.execute(query):
            found.update(repr(tuple(row)).encode())
        return found.hexdigest()


def _event(row: Row[Any]) -> Event:
    return Event(
        sequence=row.sequence,
        id=row.id,
        payload=parse(row.type, row.version, row.data),
        subject=row.subject,
        actor=row.actor,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
    )
