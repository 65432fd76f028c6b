"""One page of a case: an item in the middle, those around it, and why it was flagged.

What is read does not grow with the number of cases, and hardly with the items of this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from tutela.casework.case import CaseState, NoSuchItem
from tutela.casework.claims import Claim
from tutela.storage import schema
from tutela.storage.casework.case_reader import (
    BELONGING,
    LATEST,
    CaseDetail,
    EarlierDecision,
    ItemRow,
    belonging,
    case_detail,
    case_row,
    earlier_decisions,
    item_row,
)
from tutela.storage.database import Database
from tutela.storage.rows import share
from tutela.storage.schema.review import claims

WINDOW = 60
"""How many items the list shows around the one in the middle, so that a page stays small."""
DETECTIONS = 12
_MOST = 400


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """Where an entry of a list comes from."""

    id: int
    hashlist: str
    owner: str
    source: str
    jurisdiction: str
    classification: str | None
    reference: str | None
    verified_by: tuple[str, ...]
    added_at: datetime
    matches: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """What the page of a case shows. `case.items` are those around `item`; `total` is how many there are.

    `entries` are those that it matched, `detections` how many entries that is, `content` how items with the same
    content were decided in other cases of the service (of the latest 200), `viewed` whether the person was shown it.
    """

    case: CaseDetail
    item: ItemRow
    total: int
    undecided: int
    before: str | None
    following: str | None
    viewed: bool
    detections: int
    entries: dict[int, ListedEntry]
    content: tuple[EarlierDecision, ...]
    claim: Claim | None


class CasePages:
    """Reads pages of cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self, case_id: str) -> CaseState | None:
        """Return where a case stands, or None where there is no such case."""
        query = select(schema.cases.c.state).where(schema.cases.c.id == case_id)
        with self._database.read() as connection:
            state = connection.execute(query).scalar()
        return CaseState(state) if state else None

    def read(self, case_id: str, item_id: str, person: str, now: datetime) -> CasePage:
        """Return the page around an item, or around the first undecided one. Raises NoSuchCase, NoSuchItem."""
        with self._database.read() as connection:
            row = case_row(connection, case_id)
            total, undecided = _counts(connection, case_id)
            here = _chosen(connection, case_id, item_id)
            start = max(0, min(here.position - WINDOW // 2, total - WINDOW))
            window = _window(connection, case_id, start)
            detections = _detections(connection, here.id)
            shown = sorted(detections, key=share)[:DETECTIONS]
            entries = [d.entry_id for d in shown]
            earlier = earlier_decisions(connection, case_id, list(dict.fromkeys(entries)))
            item = item_row(here, shown, earlier)
            ids = [one.id for one in window]
            at = ids.index(here.id)
            return CasePage(
                case=case_detail(
                    row,
                    [item if one.id == item.id else item_row(one) for one in window],
                    *(connection.execute(belonging(table, case_id).limit(_MOST)).all() for table in BELONGING),
                ),
                item=item,
                total=total,
                undecided=undecided,
                before=ids[at - 1] if at else None,
                following=ids[at + 1] if at + 1 < len(ids) else None,
                viewed=_viewed(connection, here.id, person),
                detections=len(detections),
                entries=_entries(connection, entries),
                content=_same_content(connection, here),
                claim=_claim(connection, case_id, now),
            )


def _counts(connection: Connection, case_id: str) -> tuple[int, int]:
    items = schema.case_items
    open_ = func.coalesce(func.sum(case((items.c.verdict.is_(None), 1), else_=0)), 0)
    total, undecided = connection.execute(select(func.count(), open_).where(items.c.case_id == case_id)).one()
    return int(total), int(undecided)


def _chosen(connection: Connection, case_id: str, item_id: str) -> Row[Any]:
    items = schema.case_items
    query = select(items).where(items.c.case_id == case_id)
    if item_id:
        row = connection.execute(query.where(items.c.id == item_id)).one_or_none()
        if row is None:
            raise NoSuchItem("case %(case)s has no item %(item)s", case=case_id, item=item_id)
        return row
    decided = case((items.c.verdict.is_(None), 0), else_=1)
    row = connection.execute(query.order_by(decided, items.c.position).limit(1)).one_or_none()
    if row is None:
        raise NoSuchItem("case %(case)s has no items", case=case_id)
    return row


def _window(connection: Connection, case_id: str, start: int) -> Sequence[Row[Any]]:
    items = schema.case_items
    query = select(items).where(items.c.case_id == case_id, items.c.position >= start)
    return connection.execute(query.order_by(items.c.position).limit(WINDOW)).all()


def _detections(connection: Connection, item_id: str) -> Sequence[Row[Any]]:
    table = schema.detections
    return connection.execute(
        select(table).where(table.c.item_id == item_id).order_by(table.c.distance, table.c.id).limit(_MOST)
    ).all()


def _entries(connection: Connection, ids: Sequence[int]) -> dict[int, ListedEntry]:
    entries, lists = schema.hash_entries, schema.hash_lists
    query = (
        select(
            entries,
            lists.c.owner,
            lists.c.source,
            lists.c.jurisdiction,
            lists.c.classification.label("of_list"),
            lists.c.enabled.label("list_enabled"),
        )
        .join(lists, lists.c.id == entries.c.hashlist)
        .where(entries.c.id.in_(ids))
    )
    return {
        r.id: ListedEntry(
            r.id,
            r.hashlist,
            r.owner,
            r.source,
            r.jurisdiction,
            r.classification or r.of_list,
            r.reference,
            tuple(r.verified_by),
            r.added_at,
            r.enabled and r.held_back is None and r.list_enabled and r.removed_at is None,
        )
        for r in connection.execute(query)
    }


def _same_content(connection: Connection, item: Any) -> tuple[EarlierDecision, ...]:
    items = schema.case_items
    same = (
        select(items.c.verdict)
        .where(
            items.c.content == item.content,
            items.c.service == item.service,
            items.c.case_id != item.case_id,
            items.c.verdict.is_not(None),
        )
        .limit(LATEST)
        .subquery()
    )
    query = select(same.c.verdict, func.count().label("items")).group_by(same.c.verdict).order_by(same.c.verdict)
    return tuple(EarlierDecision(0, r.verdict, r.items) for r in connection.execute(query))


def _viewed(connection: Connection, item_id: str, person: str) -> bool:
    table = schema.views
    query = select(table.c.id).where(
        table.c.item_id == item_id, table.c.person == person, table.c.shown_at.is_not(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def _claim(connection: Connection, case_id: str, now: datetime) -> Claim | None:
    row = connection.execute(select(claims).where(claims.c.case_id == case_id, claims.c.until > now)).one_or_none()
    return Claim(row.case_id, row.person, row.since, row.until, row.ticket, row.assigned_by) if row else None
