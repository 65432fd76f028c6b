"""Everything that one installation is made of, put together once."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import EntryPoint, entry_points
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from tutela.access.roles import Person
from tutela.casework.action_desk import ActionDesk
from tutela.casework.claiming import Claiming
from tutela.casework.desk import Desk
from tutela.casework.entries.desk import EntryDesk
from tutela.casework.intake import Intake
from tutela.casework.notice_desk import NoticeDesk
from tutela.casework.notice_texts import NoticeText
from tutela.casework.notices import Notice
from tutela.casework.redress_desk import RedressDesk
from tutela.casework.resting import Resting
from tutela.casework.stream import ItemStream
from tutela.detection.fingerprints.fingerprint import FingerprintKind
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.hashlist import ListRole
from tutela.detection.matcher import Matcher, UnknownKind, thresholds_of
from tutela.detection.onnx_models.loading import BadModel
from tutela.detection.workers.engine import Workers
from tutela.events.catalogue.intake import ServiceRegistered
from tutela.events.envelope import SYSTEM, Clock, NewEvent, system_clock
from tutela.events.obstacles import NotThere, Obstacle, Phrase
from tutela.referral.deferred import Deferred, Plan
from tutela.referral.dispatcher import Dispatcher
from tutela.referral.material import ReportMaterial
from tutela.referral.production import TRANSPARENCY
from tutela.referral.recipient import Recipient
from tutela.referral.transparency.sending import StatementSender
from tutela.referral.transparency.target import TransparencySettings
from tutela.regimes.legal_process import BadLegalTable
from tutela.regimes.legal_process import load as legal_table
from tutela.regimes.regime import RegimeTable, load
from tutela.regimes.retention import BadRetentionTable
from tutela.regimes.retention import load as retention_table
from tutela.regimes.services import OWN_FILES, Encryption, Service, ServiceRegion, ServiceType
from tutela.statistics.authority.marks import Marks
from tutela.statistics.feedback.figures import FeedbackFigures, feedback_figures
from tutela.statistics.legal.figures import EVENTS as LEGAL_EVENTS
from tutela.statistics.legal.figures import LegalFigures, legal_figures
from tutela.statistics.provider_return.case_facts import facts_of
from tutela.statistics.provider_return.checking import PublicationCheck, publication_checks
from tutela.statistics.provider_return.compilation import YearlyReturn, compile_return
from tutela.statistics.provider_return.records import setup_of
from tutela.statistics.provider_return.safeguards import RedressPeriods
from tutela.statistics.provider_return.spans import spans_of, whole_year
from tutela.statistics.redress.counting import EVENTS as REDRESS_EVENTS
from tutela.statistics.redress.counting import RedressCounting
from tutela.statistics.redress.rates import By, RedressFigures
from tutela.statistics.redress.selection import Period, Users
from tutela.storage import schema
from tutela.storage.access.approvals import Approvals
from tutela.storage.access.governance import Governance, texts_of
from tutela.storage.access.inspections import Inspections
from tutela.storage.access.people import People
from tutela.storage.authority.desk import AuthorityRegister
from tutela.storage.authority.register_views import RegisterViews
from tutela.storage.casework.suspended import SuspendedAccounts
from tutela.storage.database import Database
from tutela.storage.entries.entry_reader import EntryReader, upper_bound
from tutela.storage.entries.own_values import OwnValues
from tutela.storage.evidence.disclosure import Disclosure
from tutela.storage.evidence.erasure import Erasure
from tutela.storage.evidence.evidence_door import EvidenceDoor
from tutela.storage.evidence.key_ends import KeyEnds
from tutela.storage.evidence.keys import KeyRing
from tutela.storage.evidence.known_names import known_names
from tutela.storage.evidence.master_keys.service import KeyService
from tutela.storage.evidence.retention import Retention
from tutela.storage.evidence.vault import ORPHAN_SECONDS, vault_of
from tutela.storage.installation import require_one_installation
from tutela.storage.legal.desk import LegalDesk
from tutela.storage.lists.hash_lists import StoredHashLists
from tutela.storage.lists.list_indexes import ListIndexes, ListsNow, Progress, no_progress
from tutela.storage.platform.call_store import Calls
from tutela.storage.quality.quality_office import QualityOffice
from tutela.storage.record.audit import Audit
from tutela.storage.record.event_log import EventLog
from tutela.storage.recording import RecordingStore
from tutela.storage.redress.notice_facts import NoticeSource
from tutela.storage.redress.redress_reader import RedressReader
from tutela.storage.referral.feedback_desk import FeedbackDesk
from tutela.storage.referral.production import Production
from tutela.storage.referral.report_material import MaterialSource
from tutela.storage.referral.reports import Reports
from tutela.storage.referral.statements import Statements
from tutela.storage.settings import BadSettings, Settings
from tutela.storage.statistics.apart import Apart
from tutela.storage.statistics.counted_year import count_year
from tutela.storage.statistics.return_events import cases, last_counted, records
from tutela.storage.statistics.return_shelf import ReturnShelf, Shelf
from tutela.storage.statistics.return_versions import ReturnVersions
from tutela.storage.transactions import SqlTransactions

if TYPE_CHECKING:
    from tutela.referral.transparency.client import TransparencyClient

_log = logging.getLogger("tutela.workplace")
K = TypeVar("K")
V = TypeVar("V")
RECIPIENTS = "tutela.recipients"
POSTGRES_BYTES = 2560
"""How long a value on PostgreSQL may be: its unique index holds list, kind and value in at most 2,704 bytes."""


class UnknownService(Obstacle, LookupError):
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
        self.database.bring_current()
        master = KeyService(settings.key_service) if settings.key_service else None
        self.keys = KeyRing(settings.data / "keys", master)
        require_one_installation(self.database, self.keys)
        self.vault = vault_of(settings, self.keys)
        self.transactions = SqlTransactions(self.database, clock)
        self.transactions.after_refutation = self._doubt
        self.production = Production(self.database, settings, clock, lambda: len(self.statements.due()))
        self.transactions.closed_recipients = self.production.closed
        self.lists = StoredHashLists(self.database, clock)
        self.people = People(self.database, clock, self.keys.second_factors, settings.entrance)
        try:
            thresholds_of(installed_kinds(), settings.thresholds)
        except ValueError as error:
            raise BadSettings(f"[thresholds]: {error}") from error
        self._matcher: tuple[int, Matcher] | None = None
        self._matcher_lock = threading.Lock()
        self._recipients: dict[str, Deferred] | None = None
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
        for name in ("workers", "showing"):
            if name in self.__dict__:
                getattr(self, name).close()
        if "indexes" in self.__dict__:
            self.indexes.close()
        if "_apart" in self.__dict__:
            self._apart.close()
        self.vault.close()
        self.keys.close()
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
    def workers(self) -> Workers:
        """The confined processes in which everything is decoded that users sent."""
        known = self.settings
        return Workers(known.workers, known.limits, known.budget, known.embedding)

    @cached_property
    def showing(self) -> Workers:
        """The confined processes that decode what people look at, apart, so that nobody waits for the stream of items.

        A large picture takes hundreds of megabytes while it is decoded: two at once are enough.
        """
        return Workers(2, self.settings.limits, self.settings.budget)

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
            self.settings.entries,
        )

    @cached_property
    def audit(self) -> Audit:
        """The chain of the audit."""
        return Audit(self.database, self.keys, self.settings.data, self.clock)

    @cached_property
    def approvals(self) -> Approvals:
        """What waits for a second pair of eyes."""
        return Approvals(self.database, self.clock)

    @cached_property
    def governance(self) -> Governance:
        """The operator's policies, privacy reviews and incidents."""
        return Governance(self.database, self.clock)

    @cached_property
    def inspections(self) -> Inspections:
        """What supervisory authorities are let in for."""
        return Inspections(self.database, self.people, self.clock)

    @cached_property
    def disclosure(self) -> Disclosure:
        """What leaves the encrypted record after two wanted it."""
        return Disclosure(self.database, self.vault, self.keys, self.clock)

    @cached_property
    def desk(self) -> Desk:
        """The desk at which people work."""
        known = self.settings
        return Desk(
            self.transactions, self.vault, known.policy, self.clock, known.care, known.quality, claiming=known.desk
        )

    @cached_property
    def quality(self) -> QualityOffice:
        """Second reviews, golden items, canaries, training and findings."""
        return QualityOffice(self)

    @cached_property
    def claiming(self) -> Claiming:
        """Who gets which case."""
        queues, rules = self.settings.queues, self.settings.desk
        return Claiming(self.transactions, self.vault, queues, rules, self.clock, self.settings.quality)

    @cached_property
    def resting(self) -> Resting:
        """Breaks of reviewers."""
        return Resting(self.transactions, self.settings.care, self.clock)

    @cached_property
    def actions(self) -> ActionDesk:
        """Where seniors order actions by hand."""
        return ActionDesk(self.transactions, self.clock)

    @cached_property
    def calls(self) -> Calls:
        """The outbox of calls to the platform."""
        return Calls(self.database, self.vault, self.clock)

    @cached_property
    def entries(self) -> EntryDesk:
        """The desk at which people judge the entries of lists."""
        compared = thresholds_of(self.kinds, self.settings.thresholds)
        values = OwnValues(self.kinds, compared, self.workers.fingerprint)
        rules = self.settings.entries
        return EntryDesk(self.transactions, self.vault, values, upper_bound, rules, self.clock)

    def _doubt(self, items: Sequence[str]) -> None:
        # The decision stands whatever comes of this; what fails is made up for by the loop of the server.
        try:
            self.entries.suspend_due(EntryReader(self.database).of_items(items))
        except (SQLAlchemyError, BadSettings):
            _log.exception("entries could not be looked at after a decision")

    @cached_property
    def evidence(self) -> EvidenceDoor:
        """The door by which evidence is read for a purpose that goes on record."""
        return EvidenceDoor(self.database, self.vault, self.clock)

    @cached_property
    def statements(self) -> Statements:
        """Statements of reasons of online platforms."""
        return Statements(self.database, self.evidence, self.clock)

    def statement_sender(self) -> StatementSender:
        """Return a worker that sends statements of reasons. Raises BadSettings for a token that cannot be read."""
        settings = self.settings.transparency
        token = _token(settings)

        def connect() -> TransparencyClient:
            # An extra brings what it speaks HTTP with; what is never sent does not need it.
            from tutela.referral.transparency.client import TransparencyClient

            return TransparencyClient(settings.url, token)

        return StatementSender(
            self.statements, settings, connect, lambda: self.production.is_open(TRANSPARENCY), self.clock
        )

    @cached_property
    def feedback(self) -> FeedbackDesk:
        """What recipients say of reports."""
        return FeedbackDesk(self.database, self.clock)

    @cached_property
    def authority(self) -> AuthorityRegister:
        """The register of a national authority."""
        return AuthorityRegister(self.database, self.clock, lambda: Marks(self.keys.register()))

    @cached_property
    def register_views(self) -> RegisterViews:
        """The register for those who look at it in the console."""
        return RegisterViews(self.authority, self.clock)

    def feedback_figures(self, period: Period) -> FeedbackFigures:
        """Return what recipients said of the reports that were filed in a period, by what is known now."""
        return feedback_figures(self.feedback.found(period), period)

    @cached_property
    def retention(self) -> Retention:
        """Clocks, holds and erasures. Raises BadSettings where the table of clocks cannot be used."""
        try:
            table = retention_table(self.settings.retention_table)
        except BadRetentionTable as error:
            raise BadSettings(f"[retention]: {error}") from error
        erasure = Erasure(self.database, self.clock, self.keys, self.vault, self.settings.data / "erased")
        return Retention(self.database, self.clock, self.vault, erasure, self.settings.retention, table)

    @cached_property
    def legal(self) -> LegalDesk:
        """The desk of requests and orders of authorities. Raises BadSettings where their table cannot be used."""
        try:
            table = legal_table(self.settings.legal_table)
        except BadLegalTable as error:
            raise BadSettings(f"[legal]: {error}") from error
        return LegalDesk(
            self.database,
            self.vault,
            self.keys,
            self.clock,
            self.retention.holds,
            self.disclosure,
            self.notices,
            self.retention.erasure,
            table,
            self.settings.legal,
        )

    @cached_property
    def key_ends(self) -> KeyEnds:
        """What ends keys: the rotation of the master key, the close of a year."""
        return KeyEnds(self.database, self.clock, self.keys, self.yearly_return)

    @cached_property
    def suspended(self) -> SuspendedAccounts:
        """The accounts that are kept from returning."""
        return SuspendedAccounts(
            self.database, self.clock, self.evidence, self.keys.suspended, self.settings.suspended_accounts
        )

    @cached_property
    def redress(self) -> RedressDesk:
        """The desk at which complaints are decided."""
        return RedressDesk(self.transactions, self.vault, self.desk, self.entries, self.clock)

    @cached_property
    def notices(self) -> NoticeDesk:
        """The desk of notices to users."""
        return NoticeDesk(self.transactions, self.vault, self.settings.redress, self.keys, self.clock)

    @cached_property
    def redress_reader(self) -> RedressReader:
        """Complaints and notices as people read them."""
        return RedressReader(self.database, self.vault)

    @cached_property
    def notice_source(self) -> NoticeSource:
        """Where notices take their facts from."""
        return NoticeSource(self.database, self.redress_reader, self.regimes, self.settings.other_ground)

    def notice_text(self, notice: Notice, language: str) -> NoticeText:
        """Return the text of a notice, made from the records now. Raises LookupError for an unknown language."""
        return self.notice_source.text(notice, self.notices.token(notice), self.settings.redress, language)

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
        return self._matching(now, only)

    def current_matcher(self) -> Matcher:
        """Return a matcher over all lists, made again when one has changed; it follows large imports when it can."""
        now = self._lists_now(self.indexes.latest)
        with self._matcher_lock:
            if self._matcher is None or self._matcher[0] != now.revision:
                matcher = self._matching(now, None)
                self._matcher = (now.revision, matcher)
            return self._matcher[1]

    def _matching(self, now: ListsNow, only: Sequence[str] | None) -> Matcher:
        settings = self.settings
        clips, values = settings.clips, self.lists.long_value
        return Matcher(self.kinds, now.indexes, now.lists, settings.thresholds, only, clips=clips, values=values)

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
        return ItemStream(self.intake, self.kinds, self.current_matcher, self.workers.fingerprint, self.clock)

    def dispatcher(self) -> Dispatcher:
        """Return a worker that sends reports, under a name of its own."""
        holder = f"{socket.gethostname()[:32]}-{os.getpid()}-{secrets.token_hex(4)}"
        return Dispatcher(self.transactions, self.recipients(), self.report_material, self.clock, holder)

    def report_material(self, referral: str) -> ReportMaterial:
        """Return what a report says if it is sent now; that evidence is read for it goes on record.

        Raises as `storage.referral.report_material.MaterialSource` does.
        """
        return MaterialSource(self.database, self.evidence, self.settings.reporter)(referral)

    @cached_property
    def reports(self) -> Reports:
        """What people do about reports that failed, and how long reports take."""
        return Reports(self.database, self.clock, self.settings.reports)

    def retry_referral(self, referral: str, actor: str) -> None:
        """Make a report due now that failed or was stopped. Raises LookupError where there is none such."""
        self.reports.retry(referral, actor, "unclear")

    def recipients(self) -> dict[str, Deferred]:
        """Return the installed recipients that the policy names, configured once; closed with the installation.

        Each is made when it is first used: in production once two people let reports go there, and asked each time
        whether they still do. One that cannot be made, for want of a key or of its package, keeps its own reports.
        """
        with self._recipients_lock:
            if self._recipients is None:
                self.keys.packages()  # made on first use; recipients of packages read it where it lies
                self._recipients = {
                    point.name: Deferred(self._plan(point))
                    for point in entry_points(group=RECIPIENTS)
                    if point.name in self.settings.policy.recipients
                }
            return self._recipients

    def unusable_recipients(self) -> list[tuple[str, str]]:
        """Return the recipients that cannot be set up, each with what to mend."""
        faults = [(name, one.fault) for name, one in sorted(self.recipients().items())]
        return [(name, fault) for name, fault in faults if fault is not None]

    def _plan(self, point: EntryPoint) -> Plan:
        settings = getattr(self.settings, point.name)

        def make() -> Recipient:
            made: Recipient = point.load()(settings)
            return made

        gated = point.name in self.production.endpoints
        return Plan(point.name, settings, make, partial(self.production.is_open, point.name) if gated else lambda: True)

    def yearly_return(self, year: int, up_to: int | None = None) -> YearlyReturn:
        """Compile the return of a year from the events as they are now, or from those up to a number."""
        with self.transactions.reading() as log:
            last = log.last_sequence()
            version = (last, self._open_batches())
            known = self._returns.get(year)
            if up_to is None and known is not None and known[0] == version:
                return known[1]
        services = self.services()
        in_scope = [service.id for service in services if service.in_scope_of_return]
        with self.database.read_one_moment() as connection:
            texts = {digest: (t.title, t.text) for digest, t in texts_of(connection).items()}
            last = last_counted(connection) if up_to is None else up_to
            setup = setup_of(records(connection, last), year)
            spans = spans_of(year, self.regimes)
            days = [whole_year(year), *(span.days for span in spans if len(spans) > 1)]
            counted = count_year(self.database, connection, days, in_scope, last, setup)
        policy = self.settings.redress
        compiled = compile_return(
            year,
            counted,
            setup,
            services,
            self.regimes,
            up_to=last,
            open_batches=version[1],
            texts=texts,
            redress=RedressPeriods(policy.link_days, policy.decide_days, policy.access_days),
        )
        if up_to is None:
            self._returns[year] = (version, compiled)
        return compiled

    @cached_property
    def return_versions(self) -> ReturnVersions:
        """The versions of returns that were kept."""
        return ReturnVersions(self.database, self.clock, self.yearly_return)

    def publication_checks(self, compiled: YearlyReturn) -> list[PublicationCheck]:
        """Return what to look at before a return is published."""
        kept = len(self.return_versions.all(compiled.year))
        return publication_checks(compiled, self.clock().date(), kept, self.settings.small_counts)

    @cached_property
    def _apart(self) -> Apart:
        return Apart(self.settings)

    @cached_property
    def return_shelf(self) -> ReturnShelf:
        """Returns for those who look at them in the console."""
        return ReturnShelf(self.yearly_return, self._last_sequence, lambda year: self._apart.make(_return_of, year))

    @cached_property
    def redress_shelf(self) -> Shelf[tuple[Period, By, Users], RedressFigures]:
        """Figures of redress for those who look at them in the console."""
        return Shelf(
            lambda asked: self.redress_figures(*asked),
            self._last_sequence,
            lambda asked: self._apart.make(_figures_of, asked),
        )

    def redress_figures(self, period: Period, by: By = "all", users: Users = "all") -> RedressFigures:
        """Return the figures of redress of a period, from the events as they are now."""
        counting = RedressCounting(period, {s.id: s.name for s in self.services()}, by, users)
        with self.database.read_one_moment() as connection:
            last = last_counted(connection, REDRESS_EVENTS)
            for events in cases(connection, last, of=REDRESS_EVENTS):
                counting.case(facts_of(events))
        return counting.figures(last)

    def legal_figures(self, period: Period) -> LegalFigures:
        """Return the figures of legal process of a period, from the events as they are now."""
        with self.transactions.reading() as log:
            events = log.read(types=[payload.TYPE for payload in LEGAL_EVENTS])
            return legal_figures(events, period, self.settings.legal.since, self.clock())

    def _last_sequence(self) -> int:
        with self.transactions.reading() as log:
            return log.last_sequence()

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
                "no service %(service)s is registered; there is: %(known)s (`tutela service register`)",
                service=repr(service_id),
                known=tuple(known) or Phrase("none yet"),
            )
        return known[service_id]

    def person(self, person_id: str) -> Person:
        """Return somebody by name; raises LookupError."""
        for person in self.people.all():
            if person.id == person_id:
                return person
        raise NotThere("there is nobody called %(person)s (`tutela person add`)", person=repr(person_id))

    def tidy(self, older_than: float = ORPHAN_SECONDS) -> list[str]:
        """Erase evidence that an interrupted run left unrecorded, close overdue batches; return what was erased.

        What an older copy of the database or of the keys brought back is erased again.
        """
        self.retention.erasure.follow_copies()
        self.intake.close_overdue()
        # Golden items are kept under their own ids until a case is made of them.
        golden = self.quality.reader.kept()

        def known(cases: list[str]) -> dict[str, set[str]]:
            return known_names(self.database, cases) | {one: {one} for one in golden if one in cases}

        return self.vault.sweep(known, older_than)


def _token(settings: TransparencySettings) -> str:
    if settings.token_file is None:
        return "sandbox"
    try:
        return settings.token_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"transparency.token_file {settings.token_file}: {error}") from error


def _return_of(settings: Settings, year: int) -> YearlyReturn:
    with Workplace(settings) as place:
        return place.yearly_return(year)


def _figures_of(settings: Settings, asked: tuple[Period, By, Users]) -> RedressFigures:
    with Workplace(settings) as place:
        return place.redress_figures(*asked)
