"""Hash lists in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, insert, select, update

from tutela.detection.hashlists.hashlist import (
    Change,
    ChangeBatch,
    Entry,
    HashList,
    HeldBack,
    ListRole,
    ListSummary,
    NewEntry,
    UnknownEntry,
    UnknownList,
)
from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.hashlists import (
    HashListCreated,
    HashListEntryRemoved,
    HashListImported,
    HashListSwitched,
)
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.events.obstacles import Obstacle, Phrase
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.lists import list_counts
from tutela.storage.lists.list_changes import MATCHES, ListsOfOneMoment, hashlist_of
from tutela.storage.lists.list_import import GatheredEntries
from tutela.storage.lists.list_revisions import last_revision, next_revision
from tutela.storage.record.event_log import EventLog

_PAGE = 5000
_PAGE_BYTES = 64 * 1024 * 1024
_Row = Any


class AlreadyThere(Obstacle, ValueError):
    """A list of that name exists."""


class OwnList(Obstacle, ValueError):
    """Entries of the operator's own lists are not imported; the message says what to do."""


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
            revision = next_revision(connection, now)
            if self._row(connection, hashlist.id) is not None:
                raise AlreadyThere("there is a list %(list)s already", list=hashlist.id)
            connection.execute(
                insert(schema.hash_lists).values(
                    id=hashlist.id,
                    owner=hashlist.owner,
                    source=hashlist.source,
                    jurisdiction=hashlist.jurisdiction,
                    classification=hashlist.classification,
                    enabled=hashlist.enabled,
                    role=hashlist.role.value,
                    own=hashlist.own,
                    created_at=now,
                    revision=revision,
                )
            )
            payload = HashListCreated(
                owner=hashlist.owner,
                source=hashlist.source,
                jurisdiction=hashlist.jurisdiction,
                role=hashlist.role.value,
                own=hashlist.own,
            )
            self._record(connection, payload, hashlist.id, actor)

    def add(
        self,
        list_id: str,
        entries: Iterable[NewEntry],
        *,
        rejected: int | Callable[[], int] = 0,
        actor: str = SYSTEM,
        on_step: Callable[[str], None] = lambda _: None,
    ) -> Imported:
        """Add entries in one transaction: all or none. Raises UnknownList.

        `entries` is read to its end before anything is written, a page at a time; others can write meanwhile. An
        error that it raises leaves nothing behind, nor does an interruption. `rejected` is asked when it has ended.
        `on_step` is told `sorting` and `writing` as these begin.

        An entry that the list holds already gains the verifiers that it lacks and stays otherwise as it is; a value
        that comes several times is one entry. A removed entry comes back under its id, with what is said of it now,
        and counts as added. One that is held back stays so.

        Raises OwnList for a list of the operator's own.
        """
        if self.get(list_id).own:
            raise OwnList(
                "%(list)s is an own list: its entries come from confirmed cases (`tutela entry add`). "
                "Import into another list, which carries the verifications of the file",
                list=list_id,
            )
        with self._database.own_connection() as connection:
            with self._database.begin(connection, writes=False):
                gathered = GatheredEntries(connection)
                for page in _pages(entries):
                    gathered.add(page)
                on_step("sorting")
                gathered.sort()
            on_step("writing")
            with self._database.begin(connection, writes=True):
                now = self._clock()
                revision = next_revision(connection, now)
                self._require(connection, list_id)
                taken = gathered.take_over(list_id, revision, now)
                for kind, change in taken.counts.items():
                    list_counts.change(connection, list_id, kind, change)
                refused = rejected if isinstance(rejected, int) else rejected()
                payload = HashListImported(added=taken.added, already_there=taken.already_there, rejected=refused)
                self._record(connection, payload, list_id, actor)
        return Imported(taken.added, taken.already_there, refused)

    def switch(self, list_id: str, enabled: bool, entry_id: int | None = None, actor: str = SYSTEM) -> None:
        """Enable or disable a list, or one entry of it. Raises UnknownList, UnknownEntry."""
        with self._database.write() as connection:
            revision = next_revision(connection, self._clock())
            self._require(connection, list_id)
            if entry_id is None:
                table = schema.hash_lists
                connection.execute(
                    update(table).where(table.c.id == list_id).values(enabled=enabled, revision=revision)
                )
            else:
                self._change_entry(connection, list_id, entry_id, enabled=enabled, revision=revision)
            payload = HashListSwitched(enabled=enabled, entry_id=entry_id)
            self._record(connection, payload, list_id, actor)

    def remove(self, list_id: str, entry_id: int, actor: str = SYSTEM) -> None:
        """Take an entry off its list. It is kept, so that past detections open to it; an import can bring it back.

        Raises UnknownList, UnknownEntry.
        """
        now = self._clock()
        with self._database.write() as connection:
            revision = next_revision(connection, now)
            self._require(connection, list_id)
            self._change_entry(connection, list_id, entry_id, removed_at=now, revision=revision)
            self._record(connection, HashListEntryRemoved(entry_id=entry_id), list_id, actor)

    def get(self, list_id: str) -> HashList:
        """Return a list; raises UnknownList."""
        with self._database.read() as connection:
            return hashlist_of(self._require(connection, list_id))

    @contextmanager
    def at_one_moment(self) -> Iterator[ListsOfOneMoment]:
        """Hold a moment: all that is read within it belongs together."""
        with self._database.read_one_moment() as connection:
            yield ListsOfOneMoment(connection)

    def revision(self) -> int:
        """Return the number of the last change; it grows with every change of a list or an entry."""
        with self._database.read() as connection:
            return last_revision(connection)

    def changes(self, after: int, up_to: int) -> Iterator[Change]:
        """Yield each entry whose last change is in `after < revision <= up_to`, by revision and id."""
        with self.at_one_moment() as moment:
            yield from moment.changes(after, up_to)

    def changes_in_bulk(self, after: int, up_to: int) -> Iterator[ChangeBatch]:
        """Yield the same as columns."""
        with self.at_one_moment() as moment:
            yield from moment.changes_in_bulk(after, up_to)

    def summaries(self) -> list[ListSummary]:
        """Return every list with its counts."""
        with self._database.read_one_moment() as connection:
            lists = ListsOfOneMoment(connection).lists()
            counts = list_counts.read(connection)
        summaries = []
        for one in lists:
            mine = counts.get(one.id, {})
            kinds = {kind: number.entries for kind, number in mine.items() if number.entries}
            enabled = sum(number.entries - number.off for number in mine.values())
            summaries.append(ListSummary(one, kinds, enabled, sum(number.removed for number in mine.values())))
        return summaries

    def entries(
        self, lists: Sequence[str] | None, *, enabled_only: bool, role: ListRole | None = None
    ) -> Iterator[Entry]:
        """Yield the entries that were not removed, by id. Raises UnknownList for a name that there is not."""
        table, owner = schema.hash_entries, schema.hash_lists
        query = _with_list().where(table.c.removed_at.is_(None)).order_by(table.c.id)
        if enabled_only:
            query = query.where(MATCHES, owner.c.enabled)
        if role is not None:
            query = query.where(owner.c.role == role.value)
        with self._database.read() as connection:
            if lists is not None:
                for name in lists:
                    self._require(connection, name)
                query = query.where(table.c.hashlist.in_(lists))
            # One query, read as it goes: SQLite would sort a whole list again for each page of it.
            with connection.execute(query.execution_options(stream_results=True, yield_per=_PAGE)) as result:
                for row in result:
                    yield _entry(row)

    def long_value(self, kind: str, entry_id: int) -> bytes | None:
        """Return the long value of an entry; None where it has none."""
        table, long = schema.hash_entries, schema.hash_long_values
        named = and_(long.c.kind == table.c.kind, long.c.name == table.c.value)
        query = select(long.c.value).join(table, named).where(table.c.id == entry_id, table.c.kind == kind)
        with self._database.read() as connection:
            value = connection.execute(query).scalar()
        return None if value is None else bytes(value)

    def entry(self, entry_id: int) -> Entry:
        """Return an entry, also one that was removed. Raises UnknownEntry."""
        with self._database.read() as connection:
            row = connection.execute(_with_list().where(schema.hash_entries.c.id == entry_id)).one_or_none()
        if row is None:
            raise UnknownEntry("there is no entry %(entry)s", entry=entry_id)
        return _entry(row)

    def _record(self, connection: Connection, payload: Payload, list_id: str, actor: str) -> None:
        EventLog(connection, self._clock).append([NewEvent(payload, list_id, self._clock(), actor)])

    @staticmethod
    def _change_entry(connection: Connection, list_id: str, entry_id: int, **values: object) -> None:
        found = list_counts.standing(connection, entry_id)
        if found is None or found.hashlist != list_id or found.removed:
            raise UnknownEntry(
                "the list %(list)s has no entry %(entry)s, or it was removed", list=list_id, entry=entry_id
            )
        list_counts.change_entry(connection, entry_id, found, values)

    @staticmethod
    def _row(connection: Connection, list_id: str) -> _Row | None:
        return connection.execute(select(schema.hash_lists).where(schema.hash_lists.c.id == list_id)).one_or_none()

    def _require(self, connection: Connection, list_id: str) -> _Row:
        row = self._row(connection, list_id)
        if row is None:
            names = connection.execute(select(schema.hash_lists.c.id).order_by(schema.hash_lists.c.id)).scalars()
            raise UnknownList(
                "there is no hash list %(list)s; there is: %(names)s",
                list=repr(list_id),
                names=tuple(names) or Phrase("none yet"),
            )
        return row


def _pages(entries: Iterable[NewEntry]) -> Iterator[list[NewEntry]]:
    page: list[NewEntry] = []
    size = 0
    for entry in entries:
        page.append(entry)
        size += len(entry.long)
        if len(page) >= _PAGE or size >= _PAGE_BYTES:
            yield page
            page, size = [], 0
    if page:
        yield page


def _with_list() -> Select[Any]:
    table, owner = schema.hash_entries, schema.hash_lists
    long = schema.hash_long_values
    # Of kinds without long values nothing is looked up.
    named = and_(
        table.c.kind.in_(select(long.c.kind).distinct()), long.c.kind == table.c.kind, long.c.name == table.c.value
    )
    columns = (owner.c.classification.label("list_classification"), long.c.value.label("long"))
    return select(table, *columns).join(owner, owner.c.id == table.c.hashlist).outerjoin(long, named)


def _entry(row: _Row) -> Entry:
    return Entry(
        id=row.id,
        hashlist=row.hashlist,
        kind=row.kind,
        value=bytes(row.value),
        classification=row.classification or row.list_classification,
        verified_by=tuple(row.verified_by),
        reference=row.reference,
        added_at=row.added_at,
        enabled=row.enabled and row.held_back is None,
        removed_at=row.removed_at,
        held_back=HeldBack(row.held_back) if row.held_back else None,
        long=bytes(row.long) if row.long is not None else b"",
    )
