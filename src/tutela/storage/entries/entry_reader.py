"""Entries as people read them: their record, what waits, the trail of what rested on one, and clusters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from tutela.casework.entries.standing import EntryState
from tutela.statistics.figure import Rate
from tutela.statistics.interval import exact_rate
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.schema.entries import (
    entry_corrections,
    entry_records,
    entry_tasks,
    entry_verifications,
    held_cases,
)

TaskKind = Literal["verification", "suspension", "cluster"]
COUNTED = 5_000
"""How many items of a cluster are looked at for its page."""
_PART = 500


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """What decisions say of an entry: how many items that it flagged were decided which way, as decisions stand now."""

    entry_id: int
    hashlist: str
    state: EntryState
    confirmed: int
    rejected: int
    lawful: int
    new_material: int
    clustered: bool

    @property
    def precision(self) -> Rate | None:
        """The confirmed share of what was confirmed or rejected, with its bounds; None where neither was."""
        return exact_rate(self.confirmed, self.confirmed + self.rejected)


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """Where an own entry comes from, and who verified it when."""

    kind: str
    case_id: str
    item_id: str
    added_by: str
    added_at: datetime
    verifications: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """What finding an entry wrong has led to until now."""

    found_at: datetime
    reason: str
    cause: str | None
    done: bool
    cases: int
    items: int
    undecided: int
    harmless: int
    kept: int


@dataclass(frozen=True, slots=True)
class EntryDetail:
    """An entry's record with its origin, its correction and its open cluster, where there are such."""

    record: EntryRecord
    reason: str | None
    own: OwnEntry | None
    correction: CorrectionRow | None
    cluster_since: datetime | None
    cluster_items: int | None
    cluster_usual: int | None
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """Something that waits for a person. `entries` are those of one item, which are verified together."""

    kind: TaskKind
    entries: tuple[int, ...]
    hashlist: str
    opened_at: datetime
    record: EntryRecord
    added_by: str | None
    verifiers: tuple[str, ...]
    cluster_items: int | None
    cluster_usual: int | None


@dataclass(frozen=True, slots=True)
class TrailRow:
    """An item that an entry flagged, with what followed: kind and state of actions; recipient, state and number of
    reports. `others`: how many other entries flagged it that were not found wrong."""

    detection: str
    item_id: str
    case_id: str
    case_state: str
    at: datetime
    distance: int
    threshold: int
    verdict: str | None
    ground: str | None
    reopened: int
    others: int
    actions: tuple[tuple[str, str], ...]
    reports: tuple[tuple[str, str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """The entries that flagged an item, and whether it is a confirmed item of a confirmed case."""

    entries: tuple[EntryRecord, ...]
    confirmed: bool


@dataclass(frozen=True, slots=True)
class ClusterDetail:
    """What an entry flagged in a span: by service, by distance, by state of the case; `more` than could be counted."""

    items: int
    more: bool
    services: tuple[tuple[str, int], ...]
    distances: tuple[tuple[int, int], ...]
    threshold: int
    accounts: int
    held: int


def upper_bound(part: int, whole: int) -> float:
    """Return the upper bound of a share (Clopper-Pearson, 95 %); 1 where there is nothing to say of it."""
    rate = exact_rate(part, whole)
    return 1.0 if rate is None else rate.high


class EntryReader:
    """Reads the projections of entries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_of(self, entries: Sequence[int]) -> dict[int, EntryRecord]:
        """Return the records of entries that have one; the others were never decided on, and are active."""
        table = entry_records
        found: dict[int, EntryRecord] = {}
        with self._database.read() as connection:
            for start in range(0, len(entries), _PART):
                query = select(table).where(table.c.entry_id.in_(entries[start : start + _PART]))
                found.update({row.entry_id: _record(row) for row in connection.execute(query)})
        return found

    def detail(self, entry_id: int, hashlist: str) -> EntryDetail:
        """Return what is on record of an entry of a list."""
        with self._database.read() as connection:
            row = connection.execute(select(entry_records).where(entry_records.c.entry_id == entry_id)).one_or_none()
            if row is None:
                return EntryDetail(_no_record(entry_id, hashlist), None, None, None, None, None, None, ())
            verified = _verifications(connection, [entry_id])[entry_id]
            corrections = entry_corrections
            correction = connection.execute(select(corrections).where(corrections.c.entry_id == entry_id)).one_or_none()
            waiting = select(entry_tasks.c.kind).where(
                entry_tasks.c.entry_id == entry_id, entry_tasks.c.closed_at.is_(None)
            )
            tasks = tuple(connection.execute(waiting.order_by(entry_tasks.c.opened_at)).scalars())
        own = None
        if row.added_by is not None:
            own = OwnEntry(row.kind, row.case_id, row.item_id, row.added_by, row.added_at, tuple(verified))
        return EntryDetail(
            record=_record(row),
            reason=row.reason,
            own=own,
            correction=_correction(correction, row) if correction is not None else None,
            cluster_since=row.cluster_since,
            cluster_items=row.cluster_items,
            cluster_usual=row.cluster_usual,
            tasks=tasks,
        )

    def counts_by_state(self, lists: Sequence[str]) -> dict[str, Counter[str]]:
        """Return how many entries of each list are unverified, suspended or wrong."""
        table = entry_records
        states = [state.value for state in EntryState if state is not EntryState.ACTIVE]
        query = (
            select(table.c.hashlist, table.c.state, func.count())
            .where(table.c.hashlist.in_(list(lists)), table.c.state.in_(states))
            .group_by(table.c.hashlist, table.c.state)
        )
        found: dict[str, Counter[str]] = defaultdict(Counter)
        with self._database.read() as connection:
            for hashlist, state, number in connection.execute(query):
                found[hashlist][state] = number
        return found

    def of_list(self, hashlist: str, state: EntryState, after: int, limit: int) -> list[EntryRecord]:
        """Return the records of a list's entries in a state, by number, beyond one of them."""
        table = entry_records
        query = (
            select(table)
            .where(table.c.hashlist == hashlist, table.c.state == state.value, table.c.entry_id > after)
            .order_by(table.c.entry_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_record(row) for row in connection.execute(query)]

    def tasks(self, kind: TaskKind, limit: int) -> list[TaskRow]:
        """Return what waits longest."""
        table = entry_tasks
        query = (
            select(table.c.kind, table.c.opened_at, entry_records)
            .join(entry_records, entry_records.c.entry_id == table.c.entry_id)
            .where(table.c.kind == kind, table.c.closed_at.is_(None))
            .order_by(table.c.opened_at, table.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            verified = _verifications(connection, [row.entry_id for row in rows])
        groups: dict[tuple[str, str | int], list[Any]] = defaultdict(list)
        for row in rows:
            together = row.item_id if kind == "verification" and row.item_id else row.entry_id
            groups[row.hashlist, together].append(row)
        return [
            TaskRow(
                kind=kind,
                entries=tuple(sorted(row.entry_id for row in group)),
                hashlist=group[0].hashlist,
                opened_at=group[0].opened_at,
                record=_record(group[0]),
                added_by=group[0].added_by,
                verifiers=tuple(person for person, _ in verified[group[0].entry_id]),
                cluster_items=group[0].cluster_items,
                cluster_usual=group[0].cluster_usual,
            )
            for group in groups.values()
        ]

    def behind(self, case_id: str, item_id: str, limit: int) -> Behind | None:
        """Return the entries that flagged an item of a case, nearest first; None where the case has no such item."""
        table, items, cases = schema.detections, schema.case_items, schema.cases
        query = select(items.c.verdict, cases.c.state).join(cases, cases.c.id == items.c.case_id)
        flagged = (
            select(table.c.entry_id, table.c.hashlist)
            .where(table.c.item_id == item_id)
            .order_by(table.c.distance, table.c.entry_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            item = connection.execute(query.where(items.c.id == item_id, items.c.case_id == case_id)).one_or_none()
            found = dict.fromkeys(tuple(row) for row in connection.execute(flagged).all()) if item else {}
        if item is None:
            return None
        records = self.record_of([entry for entry, _ in found])
        entries = [records.get(entry) or _no_record(entry, hashlist) for entry, hashlist in found]
        confirmed = item.verdict in ("known", "new") and item.state in ("confirmed", "reported")
        return Behind(tuple(entries), confirmed)

    def made_of(self, item_id: str) -> list[EntryRecord]:
        """Return the own entries that were made of an item, by number."""
        table = entry_records
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(table.c.item_id == item_id).order_by(table.c.entry_id))
            return [_record(row) for row in rows]

    def trail(self, entry_id: int, before: str, limit: int) -> list[TrailRow]:
        """Return items that an entry flagged, newest first, older than a detection if given; of no planted case."""
        table, items, cases = schema.detections, schema.case_items, schema.cases
        query = (
            select(
                table.c.id, table.c.at, table.c.distance, table.c.threshold, table.c.item_id,
                items.c.case_id, items.c.verdict, items.c.ground, cases.c.state, cases.c.reopened,
            )
            .join(items, items.c.id == table.c.item_id)
            .join(cases, cases.c.id == items.c.case_id)
            .where(table.c.entry_id == entry_id, cases.c.planted.is_(None))
            .order_by(table.c.at.desc(), table.c.id.desc())
            .limit(limit)
        )  # fmt: skip
        with self._database.read() as connection:
            if before:
                at = connection.execute(select(table.c.at).where(table.c.id == before)).scalar()
                if at is None:
                    return []
                query = query.where((table.c.at < at) | ((table.c.at == at) & (table.c.id < before)))
            rows = connection.execute(query).all()
            item_ids = [row.item_id for row in rows]
            others = _others(connection, entry_id, item_ids)
            actions, reports = _followed(connection, sorted({row.case_id for row in rows}), item_ids)
        return [
            TrailRow(
                detection=row.id,
                item_id=row.item_id,
                case_id=row.case_id,
                case_state=row.state,
                at=row.at,
                distance=row.distance,
                threshold=row.threshold,
                verdict=row.verdict,
                ground=row.ground,
                reopened=row.reopened,
                others=others[row.item_id],
                actions=tuple(actions[row.case_id, None] + actions[row.case_id, row.item_id]),
                reports=tuple(reports[row.item_id]),
            )
            for row in rows
        ]

    def cluster(self, entry_id: int, since: datetime) -> ClusterDetail:
        """Return what an entry flagged since a time, planted cases aside, up to COUNTED items, newest first."""
        table, items, cases = schema.detections, schema.case_items, schema.cases
        some = (
            select(table.c.distance, table.c.threshold, items.c.service, items.c.account)
            .join(items, items.c.id == table.c.item_id)
            .join(cases, cases.c.id == items.c.case_id)
            .where(table.c.entry_id == entry_id, table.c.at > since, cases.c.planted.is_(None))
            .order_by(table.c.at.desc(), table.c.id.desc())
            .limit(COUNTED + 1)
        )
        held = select(held_cases.c.case_id).where(held_cases.c.entry_id == entry_id).limit(COUNTED + 1)
        with self._database.read() as connection:
            rows = connection.execute(some).all()
            waiting = connection.execute(select(func.count()).select_from(held.subquery())).scalar_one()
        services = Counter(row.service for row in rows)
        distances = Counter(row.distance for row in rows)
        return ClusterDetail(
            items=min(len(rows), COUNTED),
            more=len(rows) > COUNTED,
            services=tuple(services.most_common(20)),
            distances=tuple(sorted(distances.items())),
            threshold=max((row.threshold for row in rows), default=0),
            accounts=len({row.account for row in rows if row.account is not None}),
            held=waiting,
        )

    def held_for(self, entry_id: int, limit: int) -> list[str]:
        """Return cases that are held for an entry, oldest first by their id."""
        table = held_cases
        query = select(table.c.case_id).where(table.c.entry_id == entry_id).order_by(table.c.case_id).limit(limit)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def of_items(self, items: Sequence[str]) -> list[int]:
        """Return the entries that flagged these items, by number."""
        table = schema.detections
        found: set[int] = set()
        with self._database.read() as connection:
            for start in range(0, len(items), _PART):
                query = select(table.c.entry_id).where(table.c.item_id.in_(items[start : start + _PART]))
                found.update(connection.execute(query).scalars())
        return sorted(found)


def _no_record(entry: int, hashlist: str) -> EntryRecord:
    return EntryRecord(entry, hashlist, EntryState.ACTIVE, 0, 0, 0, 0, clustered=False)


def _record(row: Any) -> EntryRecord:
    return EntryRecord(
        entry_id=row.entry_id,
        hashlist=row.hashlist,
        state=EntryState(row.state),
        confirmed=row.confirmed,
        rejected=row.rejected,
        lawful=row.lawful,
        new_material=row.new_material,
        clustered=row.cluster_since is not None,
    )


def _correction(row: Any, record: Any) -> CorrectionRow:
    return CorrectionRow(
        found_at=row.found_at,
        reason=record.reason,
        cause=row.cause,
        done=row.done,
        cases=row.cases,
        items=row.items,
        undecided=row.undecided,
        harmless=row.harmless,
        kept=row.kept,
    )


def _verifications(connection: Connection, entries: Sequence[int]) -> dict[int, list[tuple[str, datetime]]]:
    table = entry_verifications
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    query = select(table).where(table.c.entry_id.in_(list(entries))).order_by(table.c.at, table.c.person)
    for row in connection.execute(query):
        found[row.entry_id].append((row.person, row.at))
    return found


def _others(connection: Connection, entry_id: int, items: Sequence[str]) -> Counter[str]:
    """Return how many other entries flagged each item, without those found wrong."""
    table = schema.detections
    wrong = select(entry_records.c.entry_id).where(
        entry_records.c.entry_id == table.c.entry_id, entry_records.c.state == "wrong"
    )
    query = (
        select(table.c.item_id, func.count())
        .where(table.c.item_id.in_(list(items)), table.c.entry_id != entry_id, ~wrong.exists())
        .group_by(table.c.item_id)
    )
    return Counter(dict(tuple(row) for row in connection.execute(query).all()))


def _followed(
    connection: Connection, cases: Sequence[str], items: Sequence[str]
) -> tuple[Mapping[tuple[str, str | None], list[tuple[str, str]]], Mapping[str, list[tuple[str, str, str | None]]]]:
    """Return the actions by case and item (None: on the account), and the reports by item."""
    table, referrals, referred = schema.actions, schema.referrals, schema.referral_items
    actions: dict[tuple[str, str | None], list[tuple[str, str]]] = defaultdict(list)
    wanted = table.c.item_id.is_(None) | table.c.item_id.in_(list(items))
    query = select(table).where(table.c.case_id.in_(list(cases)), wanted).order_by(table.c.id)
    for row in connection.execute(query):
        actions[row.case_id, row.item_id].append((row.kind, row.state))
    reports: dict[str, list[tuple[str, str, str | None]]] = defaultdict(list)
    of_items = (
        select(referred.c.item_id, referrals.c.recipient, referrals.c.state, referrals.c.report_id)
        .join(referrals, referrals.c.id == referred.c.referral_id)
        .where(referrals.c.case_id.in_(list(cases)), referred.c.item_id.in_(list(items)))
        .order_by(referrals.c.id)
    )
    for found in connection.execute(of_items):
        reports[found.item_id].append((found.recipient, found.state, found.report_id))
    return actions, reports
