"""The records of entries: how they stand, what decisions say of them, what waits for a person, what is held."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, insert, select, update

from tutela.casework.entries.rules import VERIFICATIONS
from tutela.events.catalogue.casework import CaseHeld, CaseReleased, CaseReopened, ItemDecided
from tutela.events.catalogue.entries import (
    EntryAdded,
    EntryClustered,
    EntryClusterReleased,
    EntryCorrectionAdvanced,
    EntryDecisionsWithdrawn,
    EntryFeedbackGiven,
    EntryFoundWrong,
    EntryRestored,
    EntrySuspended,
    EntryVerified,
)
from tutela.events.envelope import Event
from tutela.storage import schema
from tutela.storage.database import upserting
from tutela.storage.projections.projector import follows, payloads_of, projects
from tutela.storage.schema.entries import (
    entry_corrections,
    entry_records,
    entry_tasks,
    entry_verifications,
    held_cases,
)

_PART = 500
_COLUMNS = {"confirmed": "confirmed", "rejected": "rejected", "lawful": "lawful", "new": "new_material"}
_FRESH = {"confirmed": "fresh_confirmed", "rejected": "fresh_rejected"}
T = TypeVar("T")


@follows(ItemDecided)
def decided(connection: Connection, events: Sequence[Event]) -> None:
    """A decision counts on the record of each entry that flagged the item, in place of an earlier one."""
    _count(connection, {p.item: (_opinion(p), event.sequence) for event, p in payloads_of(events, ItemDecided)})


@follows(CaseReopened)
def reopened(connection: Connection, events: Sequence[Event]) -> None:
    """What is decided anew counts as nothing until then."""
    _count(connection, {item: (None, None) for _, p in payloads_of(events, CaseReopened) for item in p.items})


@projects(EntryDecisionsWithdrawn)
def withdrawn(connection: Connection, events: Sequence[Event]) -> None:
    """The same in a case that was not closed yet, whose items are undecided again."""
    items = [item for _, payload in payloads_of(events, EntryDecisionsWithdrawn) for item in payload.items]
    table = schema.case_items
    undecided = dict.fromkeys(("verdict", "classification", "opinion", "decided_by", "decided_at", "viewed", "ground"))
    for part in _parts(items):
        connection.execute(update(table).where(table.c.id.in_(part)).values(**undecided))
    _count(connection, dict.fromkeys(items, (None, None)))


def _opinion(payload: ItemDecided) -> str:
    if payload.verdict == "not":
        return "lawful" if payload.ground == "lawful_here" else "rejected"
    return "confirmed" if payload.verdict == "known" else "new"


def _count(connection: Connection, items: Mapping[str, tuple[str | None, int | None]]) -> None:
    """Move the counts of the entries that flagged these items from what was decided to what is."""
    table, cases, case_items = schema.detections, schema.cases, schema.case_items
    found: list[Any] = []
    for part in _parts(items):
        query = (
            select(table.c.id, table.c.item_id, table.c.entry_id, table.c.hashlist, table.c.counted, table.c.counted_by)
            .join(case_items, case_items.c.id == table.c.item_id)
            .join(cases, cases.c.id == case_items.c.case_id)
            .where(table.c.item_id.in_(part), cases.c.planted.is_(None))
        )
        found += connection.execute(query).all()
    moved = [row for row in found if (row.counted, row.counted_by) != items[row.item_id]]
    if not moved:
        return
    restored = _lock_records(connection, {row.entry_id: row.hashlist for row in moved})
    sums: dict[int, Counter[str]] = defaultdict(Counter)
    for row in moved:
        since = restored[row.entry_id]
        _add(sums[row.entry_id], row.counted, -1, fresh=(row.counted_by or 0) > since)
        now, event = items[row.item_id]
        _add(sums[row.entry_id], now, 1, fresh=(event or 0) > since)
    columns = [*_COLUMNS.values(), *_FRESH.values()]
    changes = [
        {"b_entry": entry, **{f"b_{name}": sums[entry][name] for name in columns}}
        for entry in sorted(sums)
        if any(sums[entry].values())
    ]
    if changes:
        values: dict[str, ColumnElement[int]] = {
            name: entry_records.c[name] + bindparam(f"b_{name}") for name in columns
        }
        connection.execute(
            update(entry_records).where(entry_records.c.entry_id == bindparam("b_entry")).values(**values), changes
        )
    connection.execute(
        update(table)
        .where(table.c.id == bindparam("b_id"))
        .values(counted=bindparam("b_counted"), counted_by=bindparam("b_event")),
        [{"b_id": row.id, "b_counted": items[row.item_id][0], "b_event": items[row.item_id][1]} for row in moved],
    )


def _add(sums: Counter[str], opinion: str | None, by: int, *, fresh: bool) -> None:
    if opinion is None:
        return
    sums[_COLUMNS[opinion]] += by
    if fresh and opinion in _FRESH:
        sums[_FRESH[opinion]] += by


def _lock_records(connection: Connection, entries: Mapping[int, str]) -> dict[int, int]:
    """Make the records that there are not yet, and hold all; return the number of each one's last restoration.

    In the order of their numbers, so that two transactions never wait for each other.
    """
    numbers = sorted(entries)
    for part in _parts(numbers):
        statement = upserting(connection, entry_records).values(
            [{"entry_id": entry, "hashlist": entries[entry]} for entry in part]
        )
        connection.execute(statement.on_conflict_do_nothing())
    restored: dict[int, int] = {}
    for part in _parts(numbers):
        query = select(entry_records.c.entry_id, entry_records.c.restored_at).where(entry_records.c.entry_id.in_(part))
        rows = connection.execute(query.order_by(entry_records.c.entry_id).with_for_update())
        restored.update({row.entry_id: row.restored_at for row in rows})
    return restored


@projects(EntryAdded)
def added(connection: Connection, events: Sequence[Event]) -> None:
    """An own entry waits for its verifications; one that comes back begins anew."""
    for event, payload in payloads_of(events, EntryAdded):
        connection.execute(delete(entry_verifications).where(entry_verifications.c.entry_id == payload.entry_id))
        values = {
            "state": "unverified",
            "reason": None,
            "kind": payload.kind,
            "case_id": payload.case,
            "item_id": payload.item,
            "added_by": event.actor,
            "added_at": event.occurred_at,
        }
        _write(connection, payload.entry_id, payload.hashlist, **values)
        _open_task(connection, event, payload.entry_id, payload.hashlist, "verification")


@projects(EntryVerified)
def verified(connection: Connection, events: Sequence[Event]) -> None:
    """A person verified it; the last one that is needed lets it match."""
    for event, payload in payloads_of(events, EntryVerified):
        statement = upserting(connection, entry_verifications).values(
            entry_id=payload.entry_id, person=event.actor, at=event.occurred_at
        )
        connection.execute(statement.on_conflict_do_nothing())
        if payload.active:
            _write(connection, payload.entry_id, payload.hashlist, state="active")
            _close_tasks(connection, event, payload.entry_id, "verification")


@projects(EntrySuspended)
def suspended(connection: Connection, events: Sequence[Event]) -> None:
    """It matches nothing, and a senior is asked."""
    for event, payload in payloads_of(events, EntrySuspended):
        _write(connection, payload.entry_id, payload.hashlist, state="suspended", reason=payload.reason)
        _open_task(connection, event, payload.entry_id, payload.hashlist, "suspension")


@projects(EntryRestored)
def restored(connection: Connection, events: Sequence[Event]) -> None:
    """It matches again, and decisions begin to count afresh. A correction that was under way stops where it is."""
    for event, payload in payloads_of(events, EntryRestored):
        verifications = select(func.count()).where(entry_verifications.c.entry_id == payload.entry_id)
        number = connection.execute(verifications).scalar_one()
        own = select(entry_records.c.added_by).where(entry_records.c.entry_id == payload.entry_id)
        waits = connection.execute(own).scalar() is not None and number < VERIFICATIONS
        _write(
            connection,
            payload.entry_id,
            payload.hashlist,
            state="unverified" if waits else "active",
            reason=payload.reason,
            fresh_confirmed=0,
            fresh_rejected=0,
            restored_at=event.sequence,
        )
        _close_tasks(connection, event, payload.entry_id, "suspension")
        if waits:
            _open_task(connection, event, payload.entry_id, payload.hashlist, "verification")
        corrections = entry_corrections
        connection.execute(update(corrections).where(corrections.c.entry_id == payload.entry_id).values(done=True))


@projects(EntryFoundWrong)
def found_wrong(connection: Connection, events: Sequence[Event]) -> None:
    """It matches nothing, nothing about it waits any more, and its correction begins."""
    for event, payload in payloads_of(events, EntryFoundWrong):
        _write(
            connection,
            payload.entry_id,
            payload.hashlist,
            state="wrong",
            reason=payload.reason,
            cluster_since=None,
        )
        _close_tasks(connection, event, payload.entry_id, "verification", "suspension", "cluster")
        values = {
            "found_at": event.occurred_at,
            "event": event.sequence,
            "cause": payload.cause,
            "after": "",
            "done": False,
            **dict.fromkeys(("cases", "items", "undecided", "harmless", "kept"), 0),
        }
        statement = upserting(connection, entry_corrections).values(entry_id=payload.entry_id, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["entry_id"], set_=values))


@projects(EntryCorrectionAdvanced)
def corrected(connection: Connection, events: Sequence[Event]) -> None:
    """The correction has come further."""
    table = entry_corrections
    for _, payload in payloads_of(events, EntryCorrectionAdvanced):
        sums = {
            name: table.c[name] + getattr(payload, name) for name in ("cases", "items", "undecided", "harmless", "kept")
        }
        connection.execute(
            update(table)
            .where(table.c.entry_id == payload.entry_id)
            .values(after=payload.after, done=payload.done, **sums)
        )


@projects(EntryClustered)
def clustered(connection: Connection, events: Sequence[Event]) -> None:
    """It holds a cluster, and a senior is asked."""
    for event, payload in payloads_of(events, EntryClustered):
        _write(
            connection,
            payload.entry_id,
            payload.hashlist,
            cluster_since=event.occurred_at,
            cluster_items=payload.items,
            cluster_usual=payload.usual,
        )
        _open_task(connection, event, payload.entry_id, payload.hashlist, "cluster")


@projects(EntryClusterReleased)
def released(connection: Connection, events: Sequence[Event]) -> None:
    """The cluster was looked at."""
    for event, payload in payloads_of(events, EntryClusterReleased):
        _write(connection, payload.entry_id, payload.hashlist, cluster_since=None, released_at=event.occurred_at)
        _close_tasks(connection, event, payload.entry_id, "cluster")


@follows(CaseHeld)
def case_held(connection: Connection, events: Sequence[Event]) -> None:
    """A case waits for the look at a cluster."""
    rows = [
        {"case_id": event.subject, "entry_id": payload.entry_id, "held_at": event.occurred_at}
        for event, payload in payloads_of(events, CaseHeld)
        if payload.entry_id is not None
    ]
    if rows:
        connection.execute(insert(held_cases), rows)


@follows(CaseReleased)
def case_released(connection: Connection, events: Sequence[Event]) -> None:
    """A case waits no more."""
    for part in _parts([event.subject for event in events]):
        connection.execute(delete(held_cases).where(held_cases.c.case_id.in_(part)))


@projects(EntryFeedbackGiven)
def feedback_given(connection: Connection, events: Sequence[Event]) -> None:
    """The owner of a list knows what is on record of its entries now."""
    table = entry_records
    for event in events:
        connection.execute(
            update(table)
            .where(table.c.hashlist == event.subject)
            .values(
                told_confirmed=table.c.confirmed,
                told_rejected=table.c.rejected,
                told_wrong=table.c.state == "wrong",
            )
        )


def _write(connection: Connection, entry: int, hashlist: str, **values: object) -> None:
    statement = upserting(connection, entry_records).values(entry_id=entry, hashlist=hashlist, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["entry_id"], set_=values))


def _open_task(connection: Connection, event: Event, entry: int, hashlist: str, kind: str) -> None:
    statement = upserting(connection, entry_tasks).values(
        id=event.id, kind=kind, entry_id=entry, hashlist=hashlist, opened_at=event.occurred_at
    )
    connection.execute(statement.on_conflict_do_nothing())


def _close_tasks(connection: Connection, event: Event, entry: int, *kinds: str) -> None:
    table: Table = entry_tasks
    waiting = (table.c.entry_id == entry, table.c.kind.in_(kinds), table.c.closed_at.is_(None))
    connection.execute(update(table).where(*waiting).values(closed_at=event.occurred_at, closed_by=event.actor))


def _parts(values: Iterable[T]) -> list[list[T]]:
    every = list(values)
    return [every[start : start + _PART] for start in range(0, len(every), _PART)]
