"""What changed in lists after a revision, in columns: an index of millions of entries is built from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, and_, bindparam, func, select

from tutela.detection.hashlists.hashlist import Change, ChangeBatch, HashList, ListRole
from tutela.storage import schema
from tutela.storage.lists.list_revisions import last_revision

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
        may = (table.c.kind == kind, MATCHES, table.c.removed_at.is_(None), owner.c.enabled)
        return self._connection.execute(query.where(*may).limit(1)).first() is not None

    def changes(self, after: int, up_to: int) -> Iterator[Change]:
        """Yield each entry whose last change lies after one revision and not after another, by revision and id."""
        for page in self._pages(after, up_to):
            for revision, entry, hashlist, kind, value, classification, enabled, removed in page:
                yield Change(
                    entry, hashlist, kind, bytes(value), classification, bool(enabled), bool(removed), revision
                )

    def changes_in_bulk(self, after: int, up_to: int, kind: str | None = None) -> Iterator[ChangeBatch]:
        """Yield the same as columns, a batch for each list, kind and classification of a page; of one kind if given."""
        for page in self._pages(after, up_to, kind):
            columns = tuple(zip(*page, strict=True))
            _, _, lists, kinds, values, classes, *_ = columns
            widths = tuple(map(len, values))
            if all(column.count(column[0]) == len(page) for column in (lists, kinds, classes, widths)):
                yield _batch(columns)
                continue
            parts: dict[tuple[Any, ...], list[_Row]] = defaultdict(list)
            for row, key in zip(page, zip(lists, kinds, classes, widths, strict=True), strict=True):
                parts[key].append(row)
            for rows in parts.values():
                yield _batch(tuple(zip(*rows, strict=True)))

    def long_values(self, kind: str, names: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the long values of a kind by the digests that entries name them by."""
        table = schema.hash_long_values
        query = select(table.c.name, table.c.value).where(table.c.kind == kind, table.c.name.in_(names))
        return {bytes(name): bytes(value) for name, value in self._connection.execute(query)}

    def _pages(self, after: int, up_to: int, kind: str | None = None) -> Iterator[Sequence[_Row]]:
        query = _CHANGED if kind is None else _CHANGED.where(_entries.c.kind == kind)
        bounds = {"after": after, "up_to": up_to}
        if self._connection.dialect.name == "sqlite":
            # The driver's own rows: to make others of them would take longer than the reading itself.
            cursor = self._connection.execute(query, bounds).cursor
            while page := cursor.fetchmany(_PAGE):
                yield page
        else:
            streamed = query.execution_options(stream_results=True, yield_per=_PAGE)
            yield from self._connection.execute(streamed, bounds).partitions()


_entries = schema.hash_entries
MATCHES = and_(_entries.c.enabled, _entries.c.held_back.is_(None))
"""Whether an entry that was not removed may match where its list does."""
_CHANGED = (
    select(
        _entries.c.revision,
        _entries.c.id,
        _entries.c.hashlist,
        _entries.c.kind,
        _entries.c.value,
        _entries.c.classification,
        MATCHES.label("enabled"),
        _entries.c.removed_at.is_not(None),
    )
    .where(_entries.c.revision > bindparam("after"), _entries.c.revision <= bindparam("up_to"))
    .order_by(_entries.c.revision, _entries.c.id)
)


def _batch(columns: Sequence[Sequence[Any]]) -> ChangeBatch:
    _, ids, lists, kinds, values, classes, enabled, removed = columns
    return ChangeBatch(
        hashlist=lists[0],
        kind=kinds[0],
        classification=classes[0],
        entries=np.array(ids, np.uint64),
        values=np.frombuffer(b"".join(values), np.uint8).reshape(len(ids), len(values[0])),
        enabled=np.array(enabled, np.bool_),
        removed=np.array(removed, np.bool_),
    )


def hashlist_of(row: _Row) -> HashList:
    """Return the list that a row of its table holds."""
    return HashList(
        row.id, row.owner, row.source, row.jurisdiction, row.classification, row.enabled, ListRole(row.role), row.own
    )
