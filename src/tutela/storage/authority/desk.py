"""Where people state what a national authority knows, and read it: one statement is one event."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, func, select

from tutela.access.roles import Permission, Person
from tutela.events.catalogue.base import Payload
from tutela.events.envelope import Clock
from tutela.statistics.authority import rules
from tutela.statistics.authority.intake.csv_statements import Row
from tutela.statistics.authority.intake.incoming import Incoming, Problem, RefusedFile
from tutela.statistics.authority.marks import Marks
from tutela.statistics.authority.rules import BadStatement
from tutela.statistics.authority.statement import EVENTS, Statement, statements_of
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.recording import RecordingStore
from tutela.storage.rows import in_parts
from tutela.storage.schema.authority import authority_statements
from tutela.storage.schema.record import events as record

T = TypeVar("T")


class AlreadyReceived(ValueError):
    """The very same file was received before; the message says when. Nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a file brought: how many reports, and how many of them bear a number that was there before."""

    reports: int
    numbers_again: int
    subjects: tuple[str, ...]


class Desk:
    """The register within one transaction. Implements the port `Known`."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._log = EventLog(connection, clock)
        self._clock = clock

    def standing(self, subject: str) -> Sequence[Statement]:
        """Return the statements about something that stand, in their order."""
        table = authority_statements
        query = select(table.c.sequence).where(table.c.subject == subject, table.c.stands)
        return statements_of(self._log.by_sequence(self._connection.execute(query).scalars().all()))

    def reports(self, reference: str) -> tuple[str, ...]:
        """Return the reports of a number, or the one of a subject. Raises BadStatement for none."""
        table = authority_statements
        is_it: ColumnElement[bool] = (
            table.c.subject == reference if reference.startswith("report:") else table.c.number == reference
        )
        query = select(table.c.subject).where(is_it, table.c.stands).order_by(table.c.sequence)
        found = tuple(dict.fromkeys(self._connection.execute(query).scalars()))
        if not found:
            raise BadStatement(f"no report {reference} is in the register")
        return found

    def state(self, person: Person, subject: str, payload: Payload) -> str:
        """Record a statement; return its id. Raises NotAllowed, BadStatement."""
        event = rules.state(person, self, subject, payload, self._clock())
        self._log.append([event])
        return event.id


class AuthorityRegister:
    """The register. `marks` makes its marks, under a key made on first use."""

    def __init__(self, database: Database, clock: Clock, marks: Callable[[], Marks]) -> None:
        self._database = database
        self._clock = clock
        self._marks = marks
        self._read: tuple[Statement, ...] = ()
        self._reading = threading.Lock()

    @property
    def marks(self) -> Marks:
        """What finds the same account, page, file or person again."""
        return self._marks()

    def state(self, person: Person, subject: str, payload: Payload) -> str:
        """Record one statement; return its id. Raises NotAllowed, BadStatement."""
        return self.together(lambda desk: desk.state(person, subject, payload))

    def together(self, work: Callable[[Desk], T]) -> T:
        """Do several things in one transaction: all of them or none."""
        with self._database.write() as connection:
            self._lock(connection)
            return work(Desk(connection, self._clock))

    def receive(self, person: Person, incoming: Sequence[Incoming], origin: str | None) -> Received:
        """Record reports that came in one file, whose SHA-256 `origin` is: all of them or none.

        Raises NotAllowed, AlreadyReceived, RefusedFile.
        """
        person.require(Permission.KEEP_REGISTER)
        now, marks = self._clock(), self._marks()
        table = authority_statements
        with self._database.write() as connection:
            self._lock(connection)
            if origin is not None and (before := _received_before(connection, origin)) is not None:
                raise AlreadyReceived(f"this very file was received on {before:%Y-%m-%d %H:%M} UTC")
            events, problems = [], []
            for one in incoming:
                subject = rules.new_subject("report", now)
                try:
                    events.append(rules.state(person, _Nothing(), subject, one.stated(marks, origin), now))
                except BadStatement as error:
                    problems.append(Problem(one.row, "", str(error)))
            if problems:
                raise RefusedFile(problems)
            numbers = sorted({one.number for one in incoming if one.number is not None})
            again = in_parts(connection, select(table.c.number).where(table.c.stands), table.c.number, numbers)
            known = {row.number for row in again}
            EventLog(connection, self._clock).append(events)
        return Received(
            len(events), sum(one.number in known for one in incoming), tuple(event.subject for event in events)
        )

    def load(self, person: Person, rows: Sequence[Row]) -> int:
        """Record what the rows of a file state, one after another: all of it or nothing; return how many statements.

        Raises NotAllowed, RefusedFile.
        """
        person.require(Permission.KEEP_REGISTER)
        now = self._clock()
        recorded, problems = 0, []
        with self._database.write() as connection:
            self._lock(connection)
            desk = Desk(connection, self._clock)
            for row in rows:
                try:
                    for subject, payload in row.said(desk.reports):
                        desk.state(person, subject if ":" in subject else rules.new_subject(subject, now), payload)
                        recorded += 1
                except BadStatement as error:
                    problems.append(Problem(row.row, "", str(error)))
            if problems:
                # Raised within the transaction, so that nothing of it is kept.
                raise RefusedFile(problems)
        return recorded

    def statements(self) -> tuple[Statement, ...]:
        """Return every statement, those among them that stand no more, in their order.

        What was read before is kept, as none of it ever changes, and whoever states something waits for who does.
        """
        with self._reading, self._database.read_one_moment() as connection:
            last = self._read[-1].sequence if self._read else 0
            newer = EventLog(connection, self._clock).read(types=[kind.TYPE for kind in EVENTS], after=last)
            self._read = (*self._read, *statements_of(newer))
            return self._read

    def last_sequence(self) -> int:
        """Return the number of the newest statement, 0 if there is none."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(authority_statements.c.sequence))).scalar() or 0

    def about(self, subject: str) -> tuple[tuple[Statement, bool], ...]:
        """Return every statement about something and whether it stands. Raises LookupError for nothing."""
        table = authority_statements
        with self._database.read() as connection:
            names = Desk(connection, self._clock).reports(subject) if ":" not in subject else (subject,)
            rows = connection.execute(select(table.c.sequence, table.c.stands).where(table.c.subject.in_(names))).all()
            events = EventLog(connection, self._clock).by_sequence([row.sequence for row in rows])
        if not rows:
            raise LookupError(f"{subject} is not in the register")
        stands = {row.sequence: row.stands for row in rows}
        return tuple((s, stands[s.sequence]) for s in statements_of(events))

    def subject_of(self, statement: str) -> str:
        """Return what a statement is about; raises LookupError."""
        table = authority_statements
        with self._database.read() as connection:
            found = connection.execute(select(table.c.subject).where(table.c.id == statement)).scalar()
        if found is None:
            raise LookupError(f"there is no statement {statement}")
        return str(found)

    def _lock(self, connection: Connection) -> None:
        RecordingStore(connection, EventLog(connection, self._clock)).lock("register of the authority")


class _Nothing:
    """A register in which nothing stands: what is new needs to look nothing up."""

    def standing(self, subject: str) -> Sequence[Statement]:  # noqa: ARG002
        return ()


def _received_before(connection: Connection, origin: str) -> datetime | None:
    table = authority_statements
    query = (
        select(func.min(record.c.recorded_at))
        .join(table, table.c.sequence == record.c.sequence)
        .where(table.c.origin == origin, table.c.stands)
    )
    return connection.execute(query).scalar()
