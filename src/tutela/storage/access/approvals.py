"""Approvals in the database: asked for, decided, and listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from tutela.access import approvals as four_eyes
from tutela.access.approvals import Approval, ApprovalState
from tutela.access.roles import Person
from tutela.events.catalogue.approvals import ApprovalKind
from tutela.events.envelope import Clock
from tutela.events.obstacles import NotThere
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.approvals import approvals


class Approvals:
    """What waits for a second pair of eyes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def ask(self, person: Person, kind: ApprovalKind, subject: str, facts: Mapping[str, str]) -> str:
        """Record that a person asks, and return the id of the approval."""
        with self._database.write() as connection:
            event = four_eyes.ask(person, kind, subject, facts, self._clock())
            EventLog(connection, self._clock).append([event])
        return str(event.payload.model_dump()["approval"])

    def decide(self, person: Person, approval_id: str, allowed: bool) -> None:
        """Record the decision of another person. Raises NotAllowed, NotApproved, LookupError."""
        with self._database.write() as connection:
            found = find(connection, approval_id, lock=True)
            event = four_eyes.decide(found, person, allowed, self._clock())
            EventLog(connection, self._clock).append([event])

    def waiting(self) -> list[Approval]:
        """Return what waits and can still be decided, oldest first."""
        now = self._clock()
        query = select(approvals).where(approvals.c.state == "waiting", approvals.c.asked_at >= now - four_eyes.LASTS)
        with self._database.read() as connection:
            return [_approval(row) for row in connection.execute(query.order_by(approvals.c.asked_at, approvals.c.id))]

    def usable(self, person: Person) -> list[Approval]:
        """Return what the person asked for, others allowed, and is not used yet."""
        now = self._clock()
        query = select(approvals).where(
            approvals.c.state == "allowed",
            approvals.c.asked_by == person.id,
            approvals.c.asked_at >= now - four_eyes.LASTS,
        )
        with self._database.read() as connection:
            return [_approval(row) for row in connection.execute(query.order_by(approvals.c.asked_at, approvals.c.id))]

    def one(self, approval_id: str) -> Approval:
        """Return an approval; raises LookupError."""
        with self._database.read() as connection:
            return find(connection, approval_id)

    def asked_by(self, person: Person, limit: int) -> list[Approval]:
        """Return the newest that a person asked for."""
        query = select(approvals).where(approvals.c.asked_by == person.id)
        return self._newest(query, limit)

    def history(self, limit: int, before: str | None = None) -> list[Approval]:
        """Return the newest of all, whatever came of them; those that are older than `before`, an id."""
        query = select(approvals)
        return self._newest(query if before is None else query.where(approvals.c.id < before), limit)

    def _newest(self, query: Select[Any], limit: int) -> list[Approval]:
        # An id begins with its time.
        with self._database.read() as connection:
            return [_approval(row) for row in connection.execute(query.order_by(approvals.c.id.desc()).limit(limit))]


def find(connection: Connection, approval_id: str, *, lock: bool = False) -> Approval:
    """Return an approval, locked if asked; raises LookupError."""
    query = select(approvals).where(approvals.c.id == approval_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotThere("nobody asked for %(approval)s", approval=approval_id)
    return _approval(row)


def _approval(row: Row[Any]) -> Approval:
    return Approval(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        facts=row.facts,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        state=ApprovalState(row.state),
        decided_by=row.decided_by,
    )
