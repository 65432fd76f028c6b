"""How many entries each list has, kept with them: whoever changes an entry changes the counts in one transaction.

Changes of lists wait for each other (list_revisions), so that what is read here stays true until it is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from tutela.storage import schema
from tutela.storage.database import upserting


@dataclass(frozen=True, slots=True)
class Counts:
    """Entries of one kind on a list, without those removed; those of them that do not match; and those removed."""

    entries: int
    off: int
    removed: int

    def __add__(self, other: Counts) -> Counts:
        """Return the sums."""
        return Counts(self.entries + other.entries, self.off + other.off, self.removed + other.removed)

    def __sub__(self, other: Counts) -> Counts:
        """Return the differences."""
        return Counts(self.entries - other.entries, self.off - other.off, self.removed - other.removed)


NO_COUNTS = Counts(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of an entry decides how it is counted."""

    hashlist: str
    kind: str
    enabled: bool
    held_back: str | None
    removed: bool

    @property
    def counts(self) -> Counts:
        """The entry's own share of the counts."""
        if self.removed:
            return Counts(0, 0, 1)
        return Counts(1, int(not self.enabled or self.held_back is not None), 0)


def standing(connection: Connection, entry_id: int) -> Standing | None:
    """Return how an entry stands, None if there is none."""
    table = schema.hash_entries
    row = connection.execute(select(table).where(table.c.id == entry_id)).one_or_none()
    if row is None:
        return None
    return Standing(row.hashlist, row.kind, row.enabled, row.held_back, row.removed_at is not None)


def change_entry(connection: Connection, entry_id: int, before: Standing, values: Mapping[str, Any]) -> None:
    """Write values of an entry, with what they change in the counts of its list."""
    table = schema.hash_entries
    connection.execute(update(table).where(table.c.id == entry_id).values(**values))
    after = standing(connection, entry_id)
    assert after is not None  # noqa: S101 - entries are never deleted
    change(connection, before.hashlist, before.kind, after.counts - before.counts)


def change(connection: Connection, hashlist: str, kind: str, by: Counts) -> None:
    """Add to the counts of a list and kind."""
    if by == NO_COUNTS:
        return
    table = schema.hash_list_counts
    statement = upserting(connection, table).values(
        hashlist=hashlist, kind=kind, entries=by.entries, off=by.off, removed=by.removed
    )
    sums = {name: table.c[name] + statement.excluded[name] for name in ("entries", "off", "removed")}
    connection.execute(statement.on_conflict_do_update(index_elements=["hashlist", "kind"], set_=sums))


def read(connection: Connection) -> dict[str, dict[str, Counts]]:
    """Return the counts of every list by kind."""
    table = schema.hash_list_counts
    found: dict[str, dict[str, Counts]] = defaultdict(dict)
    for row in connection.execute(select(table).order_by(table.c.hashlist, table.c.kind)):
        found[row.hashlist][row.kind] = Counts(row.entries, row.off, row.removed)
    return dict(found)
