"""Entries, what rests on them and what is held for them, read for a change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, exists, func, insert, select, update

from tutela.casework.entries.ports import Correction, Put, Resting
from tutela.casework.entries.standing import EntryStanding, EntryState
from tutela.detection.hashlists.hashlist import HashList, HeldBack, NewEntry, UnknownEntry, UnknownList
from tutela.storage import schema
from tutela.storage.casework.case_store import CaseStore
from tutela.storage.lists import list_counts
from tutela.storage.lists.list_changes import hashlist_of
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.entries import entry_corrections, entry_records, entry_verifications, held_cases

_MILLION = 1_000_000


class EntryStore(CaseStore):
    """Implements casework.entries.ports.EntryUnit. `revision` is that of lists, where this transaction changes them."""

    def __init__(self, connection: Connection, log: EventLog, revision: int | None) -> None:
        super().__init__(connection, log)
        self._revision = revision

    def hashlist(self, list_id: str) -> HashList:
        """Return a list; raises UnknownList."""
        table = schema.hash_lists
        row = self._connection.execute(select(table).where(table.c.id == list_id)).one_or_none()
        if row is None:
            raise UnknownList("there is no hash list %(list)s", list=repr(list_id))
        return hashlist_of(row)

    def entry(self, entry_id: int) -> EntryStanding:
        """Return where an entry stands; raises UnknownEntry."""
        table = schema.hash_entries
        hashlist = self._connection.execute(select(table.c.hashlist).where(table.c.id == entry_id)).scalar()
        if hashlist is None:
            raise UnknownEntry("there is no entry %(entry)s", entry=entry_id)
        query = select(entry_records).where(entry_records.c.entry_id == entry_id)
        row = self._connection.execute(query.with_for_update()).one_or_none()
        if row is None:
            return EntryStanding(entry_id, hashlist, EntryState.ACTIVE)
        return self._standing(row)

    def of_same_item(self, entry: EntryStanding) -> list[EntryStanding]:
        """Return the unverified entries of the list that were made of the same item, by number."""
        table = entry_records
        query = (
            select(table)
            .where(table.c.item_id == entry.item, table.c.hashlist == entry.hashlist, table.c.state == "unverified")
            .order_by(table.c.entry_id)
        )
        return [self._standing(row) for row in self._connection.execute(query.with_for_update()).all()]

    def put(self, list_id: str, entry: NewEntry) -> Put:
        """Put a value on an own list, held back as unverified; a removed one comes back so."""
        table = schema.hash_entries
        said: dict[str, Any] = {
            "classification": entry.classification,
            "verified_by": [],
            "reference": entry.reference,
            "enabled": True,
            "held_back": HeldBack.UNVERIFIED.value,
            "revision": self._changing(),
        }
        same = (table.c.hashlist == list_id, table.c.kind == entry.kind, table.c.value == entry.value)
        row = self._connection.execute(select(table.c.id, table.c.removed_at).where(*same)).one_or_none()
        if row is not None:
            if row.removed_at is None:
                return Put(row.id, is_new=False)
            before = list_counts.standing(self._connection, row.id)
            assert before is not None  # noqa: S101 - it was read above
            list_counts.change_entry(self._connection, row.id, before, {**said, "removed_at": None})
            return Put(row.id, is_new=True)
        added_at = self._log.now()
        statement = insert(table).values(
            hashlist=list_id, kind=entry.kind, value=entry.value, added_at=added_at, **said
        )
        number: int = self._connection.execute(statement.returning(table.c.id)).scalar_one()
        list_counts.change(self._connection, list_id, entry.kind, list_counts.Counts(1, 1, 0))
        return Put(number, is_new=True)

    def hold_back(self, entry_id: int, why: HeldBack | None) -> None:
        """Keep an entry from matching, or let it match."""
        before = list_counts.standing(self._connection, entry_id)
        if before is None:
            raise UnknownEntry("there is no entry %(entry)s", entry=entry_id)
        values = {"held_back": why.value if why else None, "revision": self._changing()}
        list_counts.change_entry(self._connection, entry_id, before, values)

    def add_verifier(self, entry_id: int, person: str) -> None:
        """Name a person among those who verified an entry."""
        table = schema.hash_entries
        names = self._connection.execute(select(table.c.verified_by).where(table.c.id == entry_id)).scalar_one()
        united = list(dict.fromkeys([*names, person]))
        change = {"verified_by": united, "revision": self._changing()}
        self._connection.execute(update(table).where(table.c.id == entry_id).values(**change))

    def correction(self) -> Correction | None:
        """Return the oldest correction that is not done."""
        table = entry_corrections
        query = select(table).where(~table.c.done).order_by(table.c.found_at, table.c.entry_id).limit(1)
        row = self._connection.execute(query).one_or_none()
        return Correction(row.entry_id, row.event, row.after) if row else None

    def resting(self, entry_id: int, after: str, limit: int) -> list[Resting]:
        """Return the next items that an entry flagged, in the order of their detections."""
        table, items, cases = schema.detections, schema.case_items, schema.cases
        query: Select[Any] = (
            select(table.c.id, table.c.item_id, table.c.counted_by, items.c.case_id, items.c.verdict, cases.c.planted)
            .join(items, items.c.id == table.c.item_id)
            .join(cases, cases.c.id == items.c.case_id)
            .where(table.c.entry_id == entry_id)
            .order_by(table.c.at, table.c.id)
            .limit(limit)
        )
        if after:
            at = self._connection.execute(select(table.c.at).where(table.c.id == after)).scalar_one()
            query = query.where((table.c.at > at) | ((table.c.at == at) & (table.c.id > after)))
        rows = self._connection.execute(query).all()
        held_up = self._held_up([row.item_id for row in rows], entry_id)
        return [
            Resting(
                detection=row.id,
                item=row.item_id,
                case=row.case_id,
                decided_by_event=None if row.verdict is None else row.counted_by or 0,
                held_up=row.item_id in held_up,
                planted=row.planted is not None,
            )
            for row in rows
        ]

    def releasable(self, limit: int) -> list[str]:
        """Return cases that are held for entries which hold no cluster any more."""
        looked_at = (
            select(held_cases.c.case_id)
            .join(entry_records, entry_records.c.entry_id == held_cases.c.entry_id)
            .where(entry_records.c.cluster_since.is_(None))
            .order_by(held_cases.c.entry_id, held_cases.c.case_id)
            .limit(limit)
        )
        return list(self._connection.execute(looked_at).scalars())

    def cluster_behind(self, case_id: str) -> int | None:
        """Return an entry that holds a cluster and on which, or on others like it, an undecided item rests alone."""
        table, items = schema.detections, schema.case_items
        counts = (entry_records.c.state.is_(None)) | (entry_records.c.state != "wrong")
        query = (
            select(
                table.c.item_id,
                func.min(table.c.entry_id).label("entry"),
                func.count().label("every"),
                func.count(entry_records.c.cluster_since).label("clustered"),
            )
            .join(items, items.c.id == table.c.item_id)
            .join(entry_records, entry_records.c.entry_id == table.c.entry_id, isouter=True)
            .where(items.c.case_id == case_id, items.c.verdict.is_(None), counts)
            .group_by(table.c.item_id)
        )
        alone = [row.entry for row in self._connection.execute(query) if row.every == row.clustered]
        return min(alone, default=None)

    def suspects(self, minimum: int, precision: float, entries: Sequence[int] | None) -> list[int]:
        """Return active entries with at least so many fresh decisions, of which a smaller share is confirmed."""
        table = entry_records
        decisions = table.c.fresh_confirmed + table.c.fresh_rejected
        query = (
            select(table.c.entry_id)
            .where(
                table.c.state == "active",
                table.c.fresh_rejected > 0,
                decisions >= minimum,
                # In whole numbers, which every database compares alike.
                table.c.fresh_confirmed * _MILLION < decisions * round(precision * _MILLION),
            )
            .order_by(table.c.entry_id)
        )
        if entries is None:
            return list(self._connection.execute(query).scalars())
        found: list[int] = []
        for start in range(0, len(entries), 500):
            part = entries[start : start + 500]
            found += self._connection.execute(query.where(table.c.entry_id.in_(part))).scalars()
        return found

    def _held_up(self, items: Sequence[str], entry_id: int) -> set[str]:
        """Return which items another entry flagged too that was not found wrong."""
        table = schema.detections
        wrong = exists().where(entry_records.c.entry_id == table.c.entry_id, entry_records.c.state == "wrong")
        found: set[str] = set()
        for start in range(0, len(items), 500):
            part = items[start : start + 500]
            query = select(table.c.item_id).where(table.c.item_id.in_(part), table.c.entry_id != entry_id, ~wrong)
            found.update(self._connection.execute(query).scalars())
        return found

    def _standing(self, row: Any) -> EntryStanding:
        table = entry_verifications
        people = self._connection.execute(select(table.c.person).where(table.c.entry_id == row.entry_id)).scalars()
        return EntryStanding(
            id=row.entry_id,
            hashlist=row.hashlist,
            state=EntryState(row.state),
            fresh_confirmed=row.fresh_confirmed,
            fresh_rejected=row.fresh_rejected,
            verifiers=frozenset(people),
            added_by=row.added_by,
            case=row.case_id,
            item=row.item_id,
            clustered=row.cluster_since is not None,
        )

    def _changing(self) -> int:
        if self._revision is None:
            raise RuntimeError("this transaction did not begin as a change of lists")
        return self._revision
