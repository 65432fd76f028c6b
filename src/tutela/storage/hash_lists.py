"""Hash lists in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from tutela.detection.hashlists.hashlist import Entry, HashList, ListSummary, NewEntry, UnknownList
from tutela.events.catalogue import HashListCreated, HashListImported, HashListSwitched
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.storage import schema
from tutela.storage.database import Database, upserting
from tutela.storage.event_log import EventLog

_PAGE = 5000
_Row = Any


class AlreadyThere(ValueError):
    """A list of that name exists."""


class UnknownEntry(LookupError):
    """The list has no entry with that id."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed: entries added, those that were there already, rows refused."""

    added: int
    already_there: int
    rejected: int


class StoredHashLists:
    """Implements detection.hashlists.HashLists, and changes lists; each change is an event."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, hashlist: HashList, actor: str = SYSTEM) -> None:
        """Create a list; raises AlreadyThere."""
        now = self._clock()
        with self._database.write() as connection:
            if self._row(connection, hashlist.id) is not None:
                raise AlreadyThere(f"there is a list {hashlist.id} already")
            connection.execute(
                insert(schema.hash_lists).values(
                    id=hashlist.id,
                    owner=hashlist.owner,
                    source=hashlist.source,
                    jurisdiction=hashlist.jurisdiction,
                    classification=hashlist.classification,
                    enabled=hashlist.enabled,
                    created_at=now,
                )
            )
            payload = HashListCreated(owner=hashlist.owner, source=hashlist.source, jurisdiction=hashlist.jurisdiction)
            EventLog(connection, self._clock).append([NewEvent(payload, hashlist.id, now, actor)])

    def add(self, list_id: str, entries: Iterable[NewEntry], *, rejected: int = 0, actor: str = SYSTEM) -> Imported:
        """Add entries in one transaction: all or none. Raises UnknownList.

        An entry that the list holds already gains the verifiers that it lacks and stays otherwise as it is.
        """
        now = self._clock()
        added = already = 0
        with self._database.write() as connection:
            # Locked, so that two imports at once count and merge as one after the other.
            self._require(connection, list_id, lock=True)
            for page in _pages(_merged(entries), _PAGE):
                known = self._known(connection, list_id, page)
                fresh = [e for e in page if (e.kind, e.value) not in known]
                if fresh:
                    statement = upserting(connection, schema.hash_entries).on_conflict_do_nothing()
                    connection.execute(
                        statement,
                        [
                            {
                                "hashlist": list_id,
                                "kind": e.kind,
                                "value": e.value,
                                "classification": e.classification,
                                "verified_by": list(e.verified_by),
                                "reference": e.reference,
                                "added_at": now,
                                "enabled": e.enabled,
                            }
                            for e in fresh
                        ],
                    )
                for entry in page:
                    if row := known.get((entry.kind, entry.value)):
                        self._add_verifiers(connection, row, entry)
                added += len(fresh)
                already += len(page) - len(fresh)
            payload = HashListImported(added=added, already_there=already, rejected=rejected)
            EventLog(connection, self._clock).append([NewEvent(payload, list_id, now, actor)])
        return Imported(added, already, rejected)

    def switch(self, list_id: str, enabled: bool, entry_id: int | None = None, actor: str = SYSTEM) -> None:
        """Enable or disable a list, or one entry of it. Raises UnknownList, UnknownEntry."""
        now = self._clock()
        with self._database.write() as connection:
            self._require(connection, list_id)
            if entry_id is None:
                table = schema.hash_lists
                connection.execute(update(table).where(table.c.id == list_id).values(enabled=enabled))
            else:
                entries = schema.hash_entries
                changed = connection.execute(
                    update(entries)
                    .where(entries.c.hashlist == list_id, entries.c.id == entry_id)
                    .values(enabled=enabled)
                )
                if changed.rowcount != 1:
                    raise UnknownEntry(f"the list {list_id} has no entry {entry_id}")
            payload = HashListSwitched(enabled=enabled, entry_id=entry_id)
            EventLog(connection, self._clock).append([NewEvent(payload, list_id, now, actor)])

    def get(self, list_id: str) -> HashList:
        """Return a list; raises UnknownList."""
        with self._database.read() as connection:
            return _hashlist(self._require(connection, list_id))

    def summaries(self) -> list[ListSummary]:
        """Return every list with its counts."""
        entries = schema.hash_entries
        count = select(entries.c.hashlist, entries.c.kind, entries.c.enabled, func.count()).group_by(
            entries.c.hashlist, entries.c.kind, entries.c.enabled
        )
        with self._database.read() as connection:
            lists = [
                _hashlist(r) for r in connection.execute(select(schema.hash_lists).order_by(schema.hash_lists.c.id))
            ]
            counts = connection.execute(count).all()
        summaries = []
        for one in lists:
            mine = [(kind, on, number) for name, kind, on, number in counts if name == one.id]
            kinds: dict[str, int] = {}
            for kind, _, number in sorted(mine):
                kinds[kind] = kinds.get(kind, 0) + number
            summaries.append(ListSummary(one, kinds, sum(number for _, on, number in mine if on)))
        return summaries

    def entries(self, lists: Sequence[str] | None, *, enabled_only: bool) -> Iterator[Entry]:
        """Yield entries by id. Raises UnknownList for a name that there is not."""
        table, owner = schema.hash_entries, schema.hash_lists
        query = (
            select(table, owner.c.classification.label("list_classification"))
            .join(owner, owner.c.id == table.c.hashlist)
            .order_by(table.c.id)
            .limit(_PAGE)
        )
        if enabled_only:
            query = query.where(table.c.enabled, owner.c.enabled)
        with self._database.read() as connection:
            if lists is not None:
                for name in lists:
                    self._require(connection, name)
                query = query.where(table.c.hashlist.in_(lists))
            last = 0
            while rows := connection.execute(query.where(table.c.id > last)).all():
                for row in rows:
                    yield Entry(
                        id=row.id,
                        hashlist=row.hashlist,
                        kind=row.kind,
                        value=bytes(row.value),
                        classification=row.classification or row.list_classification,
                        verified_by=tuple(row.verified_by),
                        reference=row.reference,
                        added_at=row.added_at,
                        enabled=row.enabled,
                    )
                last = rows[-1].id

    @staticmethod
    def _row(connection: Connection, list_id: str, *, lock: bool = False) -> _Row | None:
        query = select(schema.hash_lists).where(schema.hash_lists.c.id == list_id)
        return connection.execute(query.with_for_update() if lock else query).one_or_none()

    def _require(self, connection: Connection, list_id: str, *, lock: bool = False) -> _Row:
        row = self._row(connection, list_id, lock=lock)
        if row is None:
            names = connection.execute(select(schema.hash_lists.c.id).order_by(schema.hash_lists.c.id)).scalars()
            raise UnknownList(f"there is no hash list {list_id!r}; there is: {', '.join(names) or 'none yet'}")
        return row

    @staticmethod
    def _known(connection: Connection, list_id: str, page: Sequence[NewEntry]) -> dict[tuple[str, bytes], _Row]:
        table = schema.hash_entries
        known: dict[tuple[str, bytes], _Row] = {}
        # By kind, because the index is on list, kind and value: without the kind each query would read the whole list.
        for kind in sorted({e.kind for e in page}):
            values = [e.value for e in page if e.kind == kind]
            for start in range(0, len(values), 500):
                query = select(table.c.id, table.c.kind, table.c.value, table.c.verified_by).where(
                    table.c.hashlist == list_id,
                    table.c.kind == kind,
                    table.c.value.in_(values[start : start + 500]),
                )
                known.update({(r.kind, bytes(r.value)): r for r in connection.execute(query)})
        return known

    @staticmethod
    def _add_verifiers(connection: Connection, row: _Row, entry: NewEntry) -> None:
        names = list(dict.fromkeys([*row.verified_by, *entry.verified_by]))
        if names != list(row.verified_by):
            table = schema.hash_entries
            connection.execute(update(table).where(table.c.id == row.id).values(verified_by=names))


def _hashlist(row: _Row) -> HashList:
    return HashList(row.id, row.owner, row.source, row.jurisdiction, row.classification, row.enabled)


def _merged(entries: Iterable[NewEntry]) -> list[NewEntry]:
    """Return each value once, with the verifiers of all its rows."""
    merged: dict[tuple[str, bytes], NewEntry] = {}
    for entry in entries:
        before = merged.get((entry.kind, entry.value))
        if before is None:
            merged[entry.kind, entry.value] = entry
            continue
        merged[entry.kind, entry.value] = NewEntry(
            kind=entry.kind,
            value=entry.value,
            classification=before.classification or entry.classification,
            verified_by=tuple(dict.fromkeys([*before.verified_by, *entry.verified_by])),
            reference=before.reference or entry.reference,
            enabled=before.enabled and entry.enabled,
        )
    return list(merged.values())


def _pages(entries: Sequence[NewEntry], size: int) -> Iterator[Sequence[NewEntry]]:
    for start in range(0, len(entries), size):
        yield entries[start : start + size]
