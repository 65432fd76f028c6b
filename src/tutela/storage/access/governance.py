"""Policies, privacy reviews and incidents in the database: each version with its text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from tutela.access import governance
from tutela.access.governance import BadRecord, GovernanceRecord, Writing
from tutela.access.roles import Person
from tutela.events.catalogue.governance import (
    GovernanceRetired,
    GovernanceReviewed,
    GovernanceWritten,
    IncidentFacts,
    RecordKind,
)
from tutela.events.envelope import Clock, Event
from tutela.events.obstacles import NotThere
from tutela.statistics.provider_return.quoted import QUOTABLE
from tutela.storage.database import Database, upserting
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.governance import governance_records, governance_texts


@dataclass(frozen=True, slots=True)
class Text:
    """What the operator wrote as one version."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a record; `text` is there where a version was written."""

    event: Event
    text: Text | None


class Governance:
    """The operator's records."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def write(self, person: Person, writing: Writing, record_id: str | None = None) -> str:
        """Write a record, or a new version of one; return its id. Raises NotAllowed, BadRecord, LookupError."""
        if unknown := sorted(set(writing.answers) - set(QUOTABLE)):
            raise BadRecord("no text answers these rows of the standard form: %(unknown)s", unknown=tuple(unknown))
        with self._database.write() as connection:
            before = _find(connection, record_id, lock=True) if record_id else None
            event, record = governance.write(person, writing, self._clock(), before=before)
            payload = event.payload
            assert isinstance(payload, GovernanceWritten)  # noqa: S101 - what the domain returns, for the type checker
            statement = upserting(connection, governance_texts).values(
                digest=payload.digest, title=writing.title, text=writing.text
            )
            connection.execute(statement.on_conflict_do_nothing())
            EventLog(connection, self._clock).append([event])
        return record

    def review(self, person: Person, record_id: str, review_by: date | None) -> None:
        """Record that it was reviewed and stays. Raises NotAllowed, BadRecord, LookupError."""
        with self._database.write() as connection:
            found = _find(connection, record_id, lock=True)
            event = governance.review(person, found, review_by, self._clock())
            EventLog(connection, self._clock).append([event])

    def retire(self, person: Person, record_id: str, payload: GovernanceRetired) -> None:
        """Record that it applies no more. Raises NotAllowed, BadRecord, LookupError."""
        with self._database.write() as connection:
            found = _find(connection, record_id, lock=True)
            event = governance.retire(person, found, payload, self._clock())
            EventLog(connection, self._clock).append([event])

    def one(self, record_id: str) -> GovernanceRecord:
        """Return the present version of a record; raises LookupError."""
        with self._database.read() as connection:
            return _find(connection, record_id)

    def all(
        self, *, kinds: Collection[RecordKind] = (), retired: bool = False, limit: int = 200
    ) -> list[GovernanceRecord]:
        """Return the records that apply, or those that were retired; the ones whose review is due first."""
        table = governance_records
        query = _records().where(table.c.retired_at.is_not(None) if retired else table.c.retired_at.is_(None))
        if kinds:
            query = query.where(table.c.kind.in_(list(kinds)))
        query = query.order_by(table.c.review_by.is_(None), table.c.review_by, table.c.id).limit(limit)
        with self._database.read() as connection:
            return [_record(row) for row in connection.execute(query)]

    def overdue(self, limit: int = 50) -> list[GovernanceRecord]:
        """Return the records whose review is due, the oldest date first."""
        table = governance_records
        query = _records().where(table.c.retired_at.is_(None), table.c.review_by <= self._clock().date())
        with self._database.read() as connection:
            return [_record(row) for row in connection.execute(query.order_by(table.c.review_by).limit(limit))]

    def steps(self, record_id: str) -> list[Step]:
        """Return everything that happened to a record, oldest first."""
        types = [GovernanceWritten.TYPE, GovernanceReviewed.TYPE, GovernanceRetired.TYPE]
        with self._database.read() as connection:
            found = list(EventLog(connection, self._clock).read(types=types, subject=record_id))
            texts = texts_of(connection, [e.payload.digest for e in found if isinstance(e.payload, GovernanceWritten)])
        return [
            Step(e, texts.get(e.payload.digest) if isinstance(e.payload, GovernanceWritten) else None) for e in found
        ]


def texts_of(connection: Connection, digests: Sequence[str] | None = None) -> Mapping[str, Text]:
    """Return the texts with these digests, or all of them."""
    query = select(governance_texts)
    if digests is not None:
        query = query.where(governance_texts.c.digest.in_(list(digests)))
    return {row.digest: Text(row.title, row.text) for row in connection.execute(query)}


def _records() -> Select[Any]:
    texts = governance_texts
    return select(governance_records, texts.c.title, texts.c.text).join(
        texts, texts.c.digest == governance_records.c.digest
    )


def _find(connection: Connection, record_id: str, *, lock: bool = False) -> GovernanceRecord:
    query = _records().where(governance_records.c.id == record_id)
    row = connection.execute(query.with_for_update(of=governance_records) if lock else query).one_or_none()
    if row is None:
        raise NotThere("there is no record %(record)s", record=record_id)
    return _record(row)


def _record(row: Row[Any]) -> GovernanceRecord:
    return GovernanceRecord(
        id=row.id,
        kind=row.kind,
        version=row.version,
        title=row.title,
        text=row.text,
        effective_from=row.effective_from,
        review_by=row.review_by,
        answers=tuple(row.answers),
        incident=IncidentFacts.model_validate(row.incident) if row.incident else None,
        written_by=row.written_by,
        written_at=row.written_at,
        reviewed_at=row.reviewed_at,
        retired_at=row.retired_at,
        technologies=tuple(row.technologies),
    )


def moment(text: str) -> datetime:
    """Return a time that was written with its zone, or in UTC without one; raises ValueError."""
    from datetime import UTC

    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
