"""Transactions of the domain on the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text

from tutela.events.envelope import Clock
from tutela.storage.casework.claim_store import ClaimStore
from tutela.storage.casework.intake_store import IntakeStore
from tutela.storage.database import Database
from tutela.storage.entries.entry_store import EntryStore
from tutela.storage.lists.list_revisions import next_revision
from tutela.storage.quality.quality_store import QualityStore
from tutela.storage.record.event_log import EventLog
from tutela.storage.redress.redress_store import RedressStore
from tutela.storage.referral.referral_store import ReferralStore


def _nothing(_: Sequence[str]) -> None:
    pass


def _nobody(_: Connection) -> frozenset[str]:
    return frozenset()


class SqlTransactions:
    """Begins one transaction at a time for each part of the domain."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.after_refutation: Callable[[Sequence[str]], None] = _nothing
        """Called with the items that were decided to be none, once that is on record."""
        self.closed_recipients: Callable[[Connection], frozenset[str]] = _nobody
        """Says to whom no report may go now: it waits, and is not tried."""

    @contextmanager
    def intake(self) -> Iterator[IntakeStore]:
        """Begin a transaction of the intake."""
        with self._database.write() as connection:
            yield IntakeStore(connection, EventLog(connection, self._clock))

    @contextmanager
    def casework(self) -> Iterator[ClaimStore]:
        """Begin a transaction of the casework."""
        with self._database.write() as connection:
            store = ClaimStore(connection, EventLog(connection, self._clock))
            yield store
        if store.refuted:
            self.after_refutation(store.refuted)

    @contextmanager
    def entries(self, *, change_lists: bool) -> Iterator[EntryStore]:
        """Begin a transaction about entries; changes of lists wait for each other before anything else."""
        with self._database.write() as connection:
            revision = next_revision(connection, self._clock()) if change_lists else None
            yield EntryStore(connection, EventLog(connection, self._clock), revision)

    @contextmanager
    def quality(self) -> Iterator[QualityStore]:
        """Begin a transaction of the quality of the work."""
        with self._database.write() as connection:
            yield QualityStore(connection, EventLog(connection, self._clock))

    @contextmanager
    def redress(self) -> Iterator[RedressStore]:
        """Begin a transaction of redress."""
        with self._database.write() as connection:
            yield RedressStore(connection, EventLog(connection, self._clock))

    @contextmanager
    def referrals(self) -> Iterator[ReferralStore]:
        """Begin a transaction of the dispatcher."""
        with self._database.write() as connection:
            yield ReferralStore(connection, EventLog(connection, self._clock), self.closed_recipients)

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
