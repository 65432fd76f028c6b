"""Everything that one installation is made of, put together once."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import entry_points
from types import TracebackType
from typing import Self

from sqlalchemy import delete, func, select

from tutela.access.roles import Person
from tutela.casework.desk import Desk
from tutela.casework.evidence import bytes_name, record_name, remark_name, repeat_name
from tutela.casework.intake import Intake
from tutela.casework.stream import ItemStream
from tutela.detection.fingerprints.embedding import BadModel
from tutela.detection.fingerprints.fingerprint import FingerprintKind
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.hashlist import ListRole
from tutela.detection.matcher import Matcher, UnknownKind, thresholds_of
from tutela.events.catalogue import (
    CaseEscalated,
    ItemDecided,
    ItemSeenAgain,
    ReferralRetryOrdered,
    ServiceRegistered,
)
from tutela.events.envelope import SYSTEM, Clock, NewEvent, system_clock
from tutela.referral.dispatcher import Dispatcher
from tutela.referral.recipient import Recipient
from tutela.regimes.regime import RegimeTable, load
from tutela.regimes.services import OWN_FILES, Encryption, Service, ServiceRegion, ServiceType
from tutela.statistics.provider_return.compilation import YearlyReturn, compile_return
from tutela.statistics.provider_return.facts import TYPES as RETURN_EVENTS
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.event_log import EventLog
from tutela.storage.hash_lists import StoredHashLists
from tutela.storage.installation import require_one_installation
from tutela.storage.keys import KeyRing
from tutela.storage.list_indexes import ListIndexes, ListsNow, Progress, no_progress
from tutela.storage.people import People
from tutela.storage.recording import RecordingStore
from tutela.storage.report_material import MaterialSource
from tutela.storage.settings import BadSettings, Settings
from tutela.storage.transactions import SqlTransactions
from tutela.storage.vault import ORPHAN_SECONDS, FileVault

RECIPIENTS = "tutela.recipients"
POSTGRES_BYTES = 2560
"""How long a value on PostgreSQL may be: its unique index holds list, kind and value in at most 2,704 bytes."""
_REMARKED = (ItemDecided.TYPE, CaseEscalated.TYPE)


class UnknownService(LookupError):
    """No service is registered under that id; the message names those that are."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many enabled entries items are compared with, and how many of each kind are not, for want of a threshold."""

    entries: int
    unmatched: Mapping[str, int]


class Workplace:
    """One installation, opened. Share it among threads; close it at the end."""

    def __init__(self, settings: Settings, clock: Clock = system_clock) -> None:
        """Open, and bring an empty or an SQLite database to this version's schema.

        A PostgreSQL database that is behind is left alone, and WrongDatabase says what to run.
        """
        self.settings = settings
        self.clock = clock
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.database = Database(settings.database_url)
        if self.database.engine.dialect.name == "sqlite" or self.database.is_empty():
            self.database.upgrade()
        self.database.require_current()
        self.keys = KeyRing(settings.data / "keys")
        require_one_installation(self.database, self.keys)
        self.vault = FileVault(settings.data / "evidence", self.keys)
        self.transactions = SqlTransactions(self.database, clock)
        self.lists = StoredHashLists(self.database, clock)
        self.people = People(self.database, clock)
        try:
            thresholds_of(installed_kinds(), settings.thresholds)
        except ValueError as error:
            raise BadSettings(f"[thresholds]: {error}") from error
        self._matcher: tuple[int, Matcher] | None = None
        self._matcher_lock = threading.Lock()
        self._recipients: dict[str, Recipient] | None = None
        self._recipients_lock = threading.Lock()
        self._returns: dict[int, tuple[tuple[int, int], YearlyReturn]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and the connections to recipients."""
        with self._recipients_lock:
            for recipient in (self._recipients or {}).values():
                recipient.close()
            self._recipients = None
        if "indexes" in self.__dict__:
            self.indexes.close()
        self.database.close()

    @cached_property
    def kinds(self) -> Mapping[str, FingerprintKind]:
        """The kinds of fingerprint: those installed, and an embedding if one is configured.

        Made when they are needed, since a model takes a while to load. Raises BadSettings if it cannot be used.
        """
        try:
            kinds = installed_kinds(self.settings.embedding)
        except BadModel as error:
            raise BadSettings(f"[embedding]: {error}") from error
        longest = max(kinds.values(), key=lambda kind: kind.BYTES)
        if self.database.engine.dialect.name == "postgresql" and longest.BYTES > POSTGRES_BYTES:
            raise BadSettings(
                f"[embedding]: the model gives {longest.BYTES // 4:,} values, and on PostgreSQL an entry holds at most "
                f"{POSTGRES_BYTES // 4:,}: let the model end in fewer, or keep the lists in SQLite"
            )
        return kinds

    @cached_property
    def regimes(self) -> RegimeTable:
        """The dated table of regimes."""
        return load(self.settings.regimes)

    @cached_property
    def intake(self) -> Intake:
        """The door by which items come in."""
        return Intake(
            self.transactions,
            self.vault,
            self.keys,
            self.keys.ledger(),
            self.regimes,
            self.clock,
            self.settings.other_ground,
        )

    @cached_property
    def desk(self) -> Desk:
        """The desk at which people work."""
        return Desk(self.transactions, self.vault, self.settings.policy, self.clock)

    @cached_property
    def indexes(self) -> ListIndexes:
        """The indexes on disk that follow the lists."""
        return ListIndexes(self.settings.data / "index", self.lists, lambda: self.kinds)

    def matcher(self, only: Sequence[str] | None = None, progress: Progress = no_progress) -> Matcher:
        """Return a matcher over all lists, or over the named ones and the harmless ones.

        Brings the indexes up to date first, which takes a while after millions of entries were imported. Raises
        UnknownList, and BadSettings where entries are of a kind that is not installed or configured.
        """
        for name in only or ():
            self.lists.get(name)
        now = self._lists_now(lambda: self.indexes.now(progress))
        return Matcher(self.kinds, now.indexes, now.lists, self.settings.thresholds, only)

    def current_matcher(self) -> Matcher:
        """Return a matcher over all lists, made again when one has changed; it follows large imports when it can."""
        now = self._lists_now(self.indexes.latest)
        with self._matcher_lock:
            if self._matcher is None or self._matcher[0] != now.revision:
                matcher = Matcher(self.kinds, now.indexes, now.lists, self.settings.thresholds)
                self._matcher = (now.revision, matcher)
            return self._matcher[1]

    @staticmethod
    def _lists_now(asked: Callable[[], ListsNow]) -> ListsNow:
        try:
            return asked()
        except UnknownKind as error:
            raise BadSettings(str(error)) from error

    def coverage(self, only: Sequence[str] | None = None) -> Coverage:
        """Return how many enabled entries items are compared with."""
        compared = thresholds_of(self.kinds, self.settings.thresholds)
        entries = 0
        unmatched: Counter[str] = Counter()
        for summary in self.lists.summaries():
            counts = summary.hashlist.enabled and summary.hashlist.role is ListRole.MATCH
            if counts and (only is None or summary.hashlist.id in only):
                entries += summary.enabled_entries
                unmatched.update({kind: n for kind, n in summary.entries.items() if kind not in compared})
        return Coverage(entries - sum(unmatched.values()), dict(unmatched))

    def stream(self) -> ItemStream:
        """Return a way in for items that arrive one after another."""
        return ItemStream(self.intake, self.kinds, self.current_matcher, self.settings.limits, self.clock)

    def dispatcher(self) -> Dispatcher:
        """Return a worker that sends reports, under a name of its own."""
        holder = f"{socket.gethostname()[:32]}-{os.getpid()}-{secrets.token_hex(4)}"
        material = MaterialSource(self.database, self.vault, self.settings.reporter)
        return Dispatcher(self.transactions, self.recipients(), material, self.clock, holder)

    def retry_referral(self, referral: str, actor: str) -> None:
        """Make a report due now that failed or was stopped. Raises LookupError where there is none such."""
        table, leases = schema.referrals, schema.leases
        now = self.clock()
        with self.database.write() as connection:
            query = select(table.c.case_id).where(
                table.c.id == referral, table.c.state != "filed", table.c.last_error.is_not(None)
            )
            case_id = connection.execute(query.with_for_update()).scalar()
            if case_id is None:
                raise LookupError(f"there is no failed or stopped report {referral}")
            connection.execute(delete(leases).where(leases.c.referral_id == referral))
            payload = ReferralRetryOrdered(referral=referral)
            EventLog(connection, self.clock).append([NewEvent(payload, case_id, now, actor)])

    def recipients(self) -> dict[str, Recipient]:
        """Return the installed recipients that the policy names, configured once; closed with the installation."""
        with self._recipients_lock:
            if self._recipients is None:
                self._recipients = {
                    point.name: point.load()(getattr(self.settings, point.name))
                    for point in entry_points(group=RECIPIENTS)
                    if point.name in self.settings.policy.recipients
                }
            return self._recipients

    def yearly_return(self, year: int) -> YearlyReturn:
        """Compile the return of a year from the events as they are now."""
        with self.transactions.reading() as log:
            last = log.last_sequence()
            version = (last, self._open_batches())
            known = self._returns.get(year)
            if known is not None and known[0] == version:
                return known[1]
            events = log.read(types=[payload.TYPE for payload in RETURN_EVENTS], up_to=last)
            compiled = compile_return(events, year, self.services(), self.regimes, open_batches=version[1])
        self._returns[year] = (version, compiled)
        return compiled

    def latest_year(self) -> int:
        """Return the newest year in which items were tallied, or the present one."""
        with self.database.read() as connection:
            day = connection.execute(select(func.max(schema.tallies.c.day))).scalar()
        return day.year if day else self.clock().year

    def _open_batches(self) -> int:
        with self.database.read() as connection:
            return connection.execute(select(func.count()).select_from(schema.batches)).scalar_one()

    def register_service(self, service: Service, actor: str = SYSTEM) -> None:
        """Register a service, or change its registration.

        Raises ValueError for another type than before: what the record counted under it would change, and with it
        the returns of past years.
        """
        payload = ServiceRegistered(
            name=service.name,
            service_type=service.type.value,
            encryption=service.encryption.value,
            region=service.region.value,
        )
        table = schema.services
        with self.database.write() as connection:
            store = RecordingStore(connection, EventLog(connection, self.clock))
            store.lock(f"service {service.id}")
            before = connection.execute(select(table.c.type).where(table.c.id == service.id)).scalar()
            if before not in (None, service.type.value):
                raise ValueError(
                    f"{service.id} is registered as {before}, and its type stays so: past returns would change; "
                    "register it under another id"
                )
            store.append([NewEvent(payload, service.id, self.clock(), actor)])

    def services(self) -> list[Service]:
        """Return the registered services, by id."""
        with self.database.read() as connection:
            rows = connection.execute(select(schema.services).order_by(schema.services.c.id)).all()
        return [
            Service(r.id, r.name, ServiceType(r.type), Encryption(r.encryption), ServiceRegion(r.region)) for r in rows
        ]

    def service(self, service_id: str) -> Service:
        """Return a registered service, or the built-in one of own files. Raises UnknownService."""
        known = {service.id: service for service in self.services()}
        if service_id == OWN_FILES.id and service_id not in known:
            self.register_service(OWN_FILES)
            return OWN_FILES
        if service_id not in known:
            raise UnknownService(
                f"no service {service_id!r} is registered; there is: {', '.join(known) or 'none yet'} "
                "(`tutela service register`)"
            )
        return known[service_id]

    def person(self, person_id: str) -> Person:
        """Return somebody by name; raises LookupError."""
        for person in self.people.all():
            if person.id == person_id:
                return person
        raise LookupError(f"there is nobody called {person_id!r} (`tutela person add`)")

    def tidy(self, older_than: float = ORPHAN_SECONDS) -> list[str]:
        """Erase evidence that an interrupted run left unrecorded, close overdue batches; return what was erased."""
        self.intake.close_overdue()
        with self.database.read() as connection:
            known: dict[str, set[str]] = {
                case: set() for case in connection.execute(select(schema.cases.c.id)).scalars()
            }
            items = schema.case_items
            for case, item in connection.execute(select(items.c.case_id, items.c.id)):
                known[case].update((bytes_name(item), record_name(item)))
            events = schema.events
            remarked = select(events.c.subject, events.c.id).where(events.c.type.in_(_REMARKED))
            for case, event in connection.execute(remarked):
                known[case].add(remark_name(event))
            again = select(events.c.subject, events.c.id, events.c.data).where(events.c.type == ItemSeenAgain.TYPE)
            for case, event, data in connection.execute(again):
                known[case].add(repeat_name(data["item"], event))
        return self.vault.sweep(known, older_than)
