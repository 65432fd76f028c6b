"""Entries on their way into a list, in temporary tables: first gathered and sorted, then taken over at once.

While a file is read nobody else is kept from writing, and memory does not grow with the file. Sorted, because an
index of millions of random values takes them many times faster in its own order.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    true,
    update,
)

from tutela.detection.hashlists.hashlist import NewEntry
from tutela.storage import schema
from tutela.storage.columns import Json
from tutela.storage.database import upserting
from tutela.storage.lists.list_counts import NO_COUNTS, Counts

_PAGE = 5000
_IN_FILE_ORDER = 100_000
"""Up to so many entries get their ids in the order of the file; more of them in the order of their values."""
_CACHE = 64 * 1024
"""KiB of memory that SQLite may sort in."""
_Row = Any


def _temporary(name: str, *numbers: Column[int]) -> Table:
    return Table(
        name,
        MetaData(),
        *numbers,
        Column("kind", String(40), nullable=False),
        Column("value", LargeBinary, nullable=False),
        Column("classification", String(16)),
        Column("verified_by", Json, nullable=False),
        Column("reference", Text),
        Column("enabled", Boolean, nullable=False),
        prefixes=["TEMPORARY"],
    )


_gathered = _temporary("import_gathered", Column("number", Integer, primary_key=True))
_sorted = _temporary(
    "import_sorted", Column("place", Integer, primary_key=True), Column("number", Integer, nullable=False)
)
_long = Table(
    "import_long",
    MetaData(),
    Column("kind", String(40), primary_key=True),
    Column("name", LargeBinary, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    prefixes=["TEMPORARY"],
)
_LONG_TOGETHER = 32
_TAKEN = ("kind", "value", "classification", "verified_by", "reference", "enabled")
_COPY = "COPY import_gathered (kind, value, classification, verified_by, reference, enabled) FROM STDIN"


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How many values came into the list, and how many it held already; what it changes in the counts of each kind."""

    added: int
    already_there: int
    counts: Mapping[str, Counts]


class GatheredEntries:
    """Entries gathered on a connection of their own. Gather, `sort`, and `take_over` within the writing transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._count = 0
        self._copies = connection.dialect.name == "postgresql"
        if not self._copies:
            connection.exec_driver_sql(f"PRAGMA cache_size=-{_CACHE}")
        _gathered.create(connection)
        _long.create(connection)
        columns = [_gathered.c[name] for name in _TAKEN]
        whole = insert(_gathered).values({c: bindparam(c.name) for c in columns})
        bare = insert(_gathered).values(
            kind=bindparam("kind"), value=bindparam("value"), verified_by=text("'[]'"), enabled=true()
        )
        self._whole, self._bare = (str(statement.compile(dialect=connection.dialect)) for statement in (whole, bare))

    def add(self, entries: Sequence[NewEntry]) -> None:
        """Take more of them; raises an error of the database for a value that cannot be stored."""
        self._count += len(entries)
        if long := {(e.kind, e.value): e.long for e in entries if e.long}:
            rows = [{"kind": kind, "name": name, "value": value} for (kind, name), value in long.items()]
            # Not with many others: each may have a megabyte.
            for start in range(0, len(rows), _LONG_TOGETHER):
                statement = upserting(self._connection, _long).on_conflict_do_nothing()
                self._connection.execute(statement, rows[start : start + _LONG_TOGETHER])
        if self._copies:
            cursor: Any = self._connection.connection.cursor()
            with cursor, cursor.copy(_COPY) as copy:
                for row in map(_row, entries):
                    copy.write_row(row)
            return
        # Straight to the driver, and most rows of most files say nothing but their value.
        bare = [
            (e.kind, e.value) for e in entries if e.enabled and not (e.verified_by or e.classification or e.reference)
        ]
        if len(bare) == len(entries):
            self._connection.exec_driver_sql(self._bare, bare)
        else:
            self._connection.exec_driver_sql(self._whole, [_row(e) for e in entries])

    def sort(self) -> None:
        """Bring them into the order of their values, each value once, with what all its rows say."""
        columns = [_gathered.c[name] for name in ("number", *_TAKEN)]
        in_order = select(*columns).order_by(_gathered.c.kind, _gathered.c.value, _gathered.c.number)
        _sorted.create(self._connection)
        self._connection.execute(insert(_sorted).from_select(["number", *_TAKEN], in_order))
        _gathered.drop(self._connection)
        if self._copies:
            self._connection.exec_driver_sql("ANALYZE import_sorted")
        self._unite_repeated()

    def take_over(self, list_id: str, revision: int, now: datetime) -> TakenOver:
        """Write them into a list, within the transaction that has this revision of lists.

        A value that the list holds gains the verifiers that it lacks and stays otherwise as it is. One that was
        removed comes back as the entry that it was, with what is said of it now.
        """
        kept = select(_long.c.kind, _long.c.name, _long.c.value).where(_long.c.kind != "")
        self._connection.execute(
            upserting(self._connection, schema.hash_long_values)
            .from_select(["kind", "name", "value"], kept)
            .on_conflict_do_nothing()
        )
        held = schema.hash_entries
        already = back = 0
        counts = self._new_ones(list_id)
        if self._connection.execute(select(exists().where(held.c.hashlist == list_id))).scalar():
            already, back = self._meet(list_id, revision, counts)
        small = self._count <= _IN_FILE_ORDER
        chosen = (
            select(
                literal(list_id, String),
                *(_sorted.c[name] for name in _TAKEN),
                literal(now, held.c.added_at.type),
                literal(revision, held.c.revision.type),
            )
            # SQLite would read an ON CONFLICT after a bare SELECT as a join's ON.
            .where(_sorted.c.place > 0)
            .order_by(_sorted.c.number if small else _sorted.c.place)
        )
        statement = upserting(self._connection, held).from_select(
            ["hashlist", *_TAKEN, "added_at", "revision"], chosen, include_defaults=False
        )
        counted = statement.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        added = self._connection.execute(counted).rowcount
        return TakenOver(added + back, already, counts)

    def _new_ones(self, list_id: str) -> dict[str, Counts]:
        """Return what the values that the list does not hold will add to its counts, by kind."""
        held = schema.hash_entries
        both = and_(held.c.hashlist == list_id, held.c.kind == _sorted.c.kind, held.c.value == _sorted.c.value)
        off = func.sum(case((_sorted.c.enabled, 0), else_=1))
        query = (
            select(_sorted.c.kind, func.count(), off)
            .join_from(_sorted, held, both, isouter=True)
            .where(held.c.id.is_(None))
            .group_by(_sorted.c.kind)
        )
        return {kind: Counts(number, not_on, 0) for kind, number, not_on in self._connection.execute(query)}

    def _unite_repeated(self) -> None:
        at = _sorted.c.place == bindparam("at")
        write = update(_sorted).where(at).values(_SAID)
        gone = array("q")
        changed: list[dict[str, Any]] = []
        place, united = 0, None
        for row in self._repeated():
            one = _entry(row)
            if united is not None and (united.kind, united.value) == (one.kind, one.value):
                united = merge(united, one)
                gone.append(row.place)
                continue
            if united is not None:
                changed.append(_said(place, united))
            place, united = row.place, one
            if len(changed) >= _PAGE:
                self._connection.execute(write, changed)
                changed = []
        if united is not None:
            self._connection.execute(write, [*changed, _said(place, united)])
        for start in range(0, len(gone), _PAGE):
            self._connection.execute(delete(_sorted).where(at), [{"at": p} for p in gone[start : start + _PAGE]])

    def _repeated(self) -> Iterator[_Row]:
        """Yield the rows whose value another row has too, in their order."""
        one, following = _sorted.alias("one"), _sorted.alias("following")
        same = and_(
            following.c.place == one.c.place + 1,
            following.c.kind == one.c.kind,
            following.c.value == one.c.value,
        )
        pairs = select(one.c.place).join(following, same).order_by(one.c.place).limit(_PAGE)
        last = 0
        while places := self._connection.execute(pairs.where(one.c.place > last)).scalars().all():
            wanted = sorted({*places, *(place + 1 for place in places)} - {last + 1 if last else 0})
            for start in range(0, len(wanted), 500):
                chosen = _sorted.c.place.in_(wanted[start : start + 500])
                yield from self._connection.execute(select(_sorted).where(chosen).order_by(_sorted.c.place)).all()
            last = places[-1]

    def _meet(self, list_id: str, revision: int, counts: dict[str, Counts]) -> tuple[int, int]:
        """Bring what the list holds up to date; return how many values it held, and how many came back to it.

        What came back is counted in `counts`.
        """
        held = schema.hash_entries
        both = and_(held.c.hashlist == list_id, held.c.kind == _sorted.c.kind, held.c.value == _sorted.c.value)
        met = select(func.count()).select_from(_sorted.join(held, both))
        there: int = self._connection.execute(met.where(held.c.removed_at.is_(None))).scalar_one()
        # Names that a row repeats in the same order add nothing; the others are looked at one by one.
        differs = or_(held.c.removed_at.is_not(None), _text(held.c.verified_by) != _text(_sorted.c.verified_by))
        says_something = or_(held.c.removed_at.is_not(None), _text(_sorted.c.verified_by) != "[]")
        query: Select[Any] = (
            select(
                _sorted,
                held.c.id,
                held.c.removed_at,
                held.c.held_back,
                held.c.verified_by.label("known_names"),
            )
            .join(held, both)
            .where(differs, says_something)
            .order_by(_sorted.c.place)
            .limit(_PAGE)
        )
        back, last = 0, 0
        while rows := self._connection.execute(query.where(_sorted.c.place > last)).all():
            last = rows[-1].place
            removed = [row for row in rows if row.removed_at is not None]
            back += len(removed)
            self._bring_back(removed, revision)
            for row in removed:
                off = int(not row.enabled or row.held_back is not None)
                counts[row.kind] = counts.get(row.kind, NO_COUNTS) + Counts(1, off, -1)
            self._add_verifiers([row for row in rows if row.removed_at is None], revision)
        return there, back

    def _bring_back(self, rows: Sequence[_Row], revision: int) -> None:
        table = schema.hash_entries
        if rows:
            self._connection.execute(
                update(table)
                .where(table.c.id == bindparam("at"))
                .values({**_SAID, "removed_at": None, "revision": revision}),
                [_said(row.id, _entry(row)) for row in rows],
            )

    def _add_verifiers(self, rows: Sequence[_Row], revision: int) -> None:
        table = schema.hash_entries
        united = [(row, list(dict.fromkeys([*row.known_names, *row.verified_by]))) for row in rows]
        changed = [{"at": row.id, "names": names} for row, names in united if names != list(row.known_names)]
        if changed:
            self._connection.execute(
                update(table)
                .where(table.c.id == bindparam("at"))
                .values(verified_by=bindparam("names"), revision=revision),
                changed,
            )


def merge(one: NewEntry, other: NewEntry) -> NewEntry:
    """Return what two rows say of one value: the first that says something, and the verifiers of both.

    It is enabled only if both say so.
    """
    return NewEntry(
        kind=one.kind,
        value=one.value,
        classification=one.classification or other.classification,
        verified_by=tuple(dict.fromkeys([*one.verified_by, *other.verified_by])),
        reference=one.reference or other.reference,
        enabled=one.enabled and other.enabled,
    )


_SAID: dict[str, Any] = {
    name: bindparam(f"new_{name}") for name in ("classification", "verified_by", "reference", "enabled")
}


def _said(at: int, entry: NewEntry) -> dict[str, Any]:
    return {
        "at": at,
        "new_classification": entry.classification,
        "new_verified_by": list(entry.verified_by),
        "new_reference": entry.reference,
        "new_enabled": entry.enabled,
    }


def _row(e: NewEntry) -> tuple[object, ...]:
    return (e.kind, e.value, e.classification, _names(e.verified_by), e.reference, e.enabled)


def _entry(row: _Row) -> NewEntry:
    names = tuple(row.verified_by)
    return NewEntry(row.kind, bytes(row.value), row.classification, names, row.reference, row.enabled)


def _text(column: Any) -> ColumnElement[str]:
    return cast(column, Text)


@lru_cache(maxsize=4096)
def _names(names: tuple[str, ...]) -> str:
    return json.dumps(list(names))
