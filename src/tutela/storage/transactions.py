"""Transactions of the domain on the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from tutela.events.envelope import Clock
from tutela.storage.case_store import CaseStore
from tutela.storage.database import Database
from tutela.storage.event_log import EventLog
from tutela.storage.intake_store import IntakeStore
from tutela.storage.referral_store import ReferralStore


class SqlTransactions:
    """Begins one transaction at a time for each part of the domain."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @contextmanager
    def intake(self) -> Iterator[IntakeStore]:
        """Begin a transaction of the intake."""
        with self._database.write() as connection:
            yield IntakeStore(connection, EventLog(connection, self._clock))

    @contextmanager
    def casework(self) -> Iterator[CaseStore]:
        """Begin a transaction of the casework."""
        with self._database.write() as connection:
            yield CaseStore(connection, EventLog(connection, self._clock))

    @contextmanager
    def referrals(self) -> Iterator[ReferralStore]:
        """Begin a transaction of the dispatcher."""
        with self._database.write() as connection:
            yield ReferralStore(connection, EventLog(connection, self._clock))

    @contextmanager
    def record(self) -> Iterator[EventLog]:
        """Begin a transaction that only appends."""
        with self._database.write() as connection:
            yield EventLog(connection, self._clock)

    @contextmanager
    def reading(self) -> Iterator[EventLog]:
        """Begin a transaction that reads the record; PostgreSQL shows one moment throughout."""
        with self._database.read() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield EventLog(connection, self._clock)
