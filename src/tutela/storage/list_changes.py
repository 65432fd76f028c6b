"""What changed in lists after a revision, in columns: an index of millions of entries is built from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, func, select

from tutela.detection.hashlists.hashlist import Change, ChangeBatch, HashList, ListRole
from tutela.storage import schema
from tutela.storage.list_revisions import last_revision

_PAGE = 20_000
_Row = Any


class ListsOfOneMoment:
    """Implements detection.hashlists.ListsAtOneMoment in a transaction that sees one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def revision(self) -> int:
        """Return the number of the last change."""
        return last_revision(self._connection)

    def stamp(self, revision: int) -> str | None:
        """Return the random name of a change, None if there was none such."""
        table = schema.hash_changes
        return self._connection.execute(select(table.c.stamp).where(table.c.revision == revision)).scalar()

    def lists(self) -> list[HashList]:
        """Return every list, by name."""
        table = schema.hash_lists
        return [hashlist_of(row) for row in self._connection.execute(select(table).order_by(table.c.id))]

    def kinds(self) -> list[str]:
        """Return the kinds of fingerprint that entries have, by name."""
        column = schema.hash_entries.c.kind
        found: list[str] = []
        # From one to the next in the index: a list of distinct ones would read every row.
        next_kind = select(func.min(column))
        while (kind := self._connection.execute(next_kind).scalar()) is not None:
            found.append(kind)
            next_kind = select(func.min(column)).where(column > kind)
        return found

    def matches(self, kind: str) -> bool:
        """Return whether an entry of a kind may match: enabled, not removed, on an enabled list."""
        table, owner = schema.hash_entries, schema.hash_lists
        query = select(table.c.id).join(owner, owner.c.id == table.c.hashlist)
        may = (table.c.kind == kind, table.c.enabled, table.c.removed_at.is_(None), owner.c.enabled)
        return self._connection.execute(query.where(*may).limit(1)).first() is not None

    def changes(self, after: int, up_to: int) -> Iterator[Change]:
        """Yield each entry whose last change lies after one revision and not after another, by revision and id."""
        for page in self._pages(_changed(after, up_to)):
            for entry, hashlist, kind, value, classification, enabled, removed, revision in page:
                yield Change(
                    entry, hashlist, kind, bytes(value), classification, bool(enabled), removed is not None, revision
                )

    def changes_in_bulk(self, after: int, up_to: int, kind: str | None = None) -> Iterator[ChangeBatch]:
        """Yield the same as columns, a batch for each list, kind and classification of a page; of one kind if given."""
        for page in self._pages(_changed(after, up_to, kind)):
            columns = tuple(zip(*page, strict=True))
            _, lists, kinds, values, classes, *_ = columns
            widths = tuple(map(len, values))
            if all(len(set(column)) == 1 for column in (lists, kinds, classes, widths)):
                yield _batch(columns)
                continue
            parts: dict[tuple[Any, ...], list[_Row]] = defaultdict(list)
            for row, key in zip(page, zip(lists, kinds, classes, widths, strict=True), strict=True):
                parts[key].append(row)
            for rows in parts.values():
                yield _batch(tuple(zip(*rows, strict=True)))

    def _pages(self, query: Select[Any]) -> Iterator[Sequence[_Row]]:
        # The driver's own cursor: rows and values of SQLAlchemy would take longer than the reading itself.
        result = self._connection.execute(query.execution_options(stream_results=True))
        try:
            while page := result.cursor.fetchmany(_PAGE):
                yield page
        finally:
            result.close()


def _changed(after: int, up_to: int, kind: str | None = None) -> Select[Any]:
    table = schema.hash_entries
    query = (
        select(
            table.c.id,
            table.c.hashlist,
            table.c.kind,
            table.c.value,
            table.c.classification,
            table.c.enabled,
            table.c.removed_at,
            table.c.revision,
        )
        .where(table.c.revision > after, table.c.revision <= up_to)
        .order_by(table.c.revision, table.c.id)
    )
    return query if kind is None else query.where(table.c.kind == kind)


def _batch(columns: Sequence[Sequence[Any]]) -> ChangeBatch:
    ids, lists, kinds, values, classes, enabled, removed, _ = columns
    return ChangeBatch(
        hashlist=lists[0],
        kind=kinds[0],
        classification=classes[0],
        entries=np.array(ids, np.uint64),
        values=np.frombuffer(b"".join(values), np.uint8).reshape(len(ids), len(values[0])),
        enabled=np.array(enabled, np.bool_),
        removed=np.array([at is not None for at in removed], np.bool_),
    )


def hashlist_of(row: _Row) -> HashList:
    """Return the list that a row of its table holds."""
    return HashList(
        row.id, row.owner, row.source, row.jurisdiction, row.classification, row.enabled, ListRole(row.role)
    )
