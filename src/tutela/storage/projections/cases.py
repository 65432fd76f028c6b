"""Cases, their items, detections and views."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, insert, select, update

from tutela.events.catalogue import (
    CaseClosed,
    CaseEscalated,
    CaseOpened,
    DetectionRecorded,
    EvidenceShown,
    EvidenceViewed,
    ItemDecided,
    ItemFlagged,
    ItemSeenAgain,
)
from tutela.events.envelope import Event
from tutela.storage import schema
from tutela.storage.projections.projector import payloads_of, projects


@projects(CaseOpened)
def opened(connection: Connection, events: Sequence[Event]) -> None:
    """A case begins open."""
    connection.execute(
        insert(schema.cases),
        [
            {
                "id": event.subject,
                "service": payload.service,
                "account": payload.account,
                "layer": payload.layer,
                "state": "open",
                "opened_at": event.occurred_at,
            }
            for event, payload in payloads_of(events, CaseOpened)
        ],
    )


@projects(ItemFlagged)
def flagged(connection: Connection, events: Sequence[Event]) -> None:
    """A flagged item joins its case behind those that are there."""
    cases = sorted({event.subject for event in events})
    count = select(schema.case_items.c.case_id, func.count()).group_by(schema.case_items.c.case_id)
    positions = dict.fromkeys(cases, 0)
    for start in range(0, len(cases), 500):
        found = connection.execute(count.where(schema.case_items.c.case_id.in_(cases[start : start + 500])))
        positions.update({row[0]: row[1] for row in found})
    rows = []
    for event, payload in payloads_of(events, ItemFlagged):
        rows.append(
            {
                "id": payload.item,
                "case_id": event.subject,
                "position": positions[event.subject],
                "service": payload.service,
                "account": payload.sender,
                "content": payload.content,
                "kind": payload.kind,
                "region": payload.region,
                "layer": payload.layer,
                "same_bytes": False,
                "flagged_at": event.occurred_at,
                "seen_again": 0,
            }
        )
        positions[event.subject] += 1
    connection.execute(insert(schema.case_items), rows)


@projects(ItemSeenAgain)
def seen_again(connection: Connection, events: Sequence[Event]) -> None:
    """A repeat counts on its item."""
    statement = (
        update(schema.case_items)
        .where(schema.case_items.c.id == bindparam("b_item"))
        .values(seen_again=schema.case_items.c.seen_again + 1)
    )
    connection.execute(statement, [{"b_item": p.item} for _, p in payloads_of(events, ItemSeenAgain)])


@projects(DetectionRecorded)
def detected(connection: Connection, events: Sequence[Event]) -> None:
    """A detection by a technology without a distance says that the bytes are the listed ones."""
    found = [payload for _, payload in payloads_of(events, DetectionRecorded)]
    rows = [{"id": p.detection, "item_id": p.item, **p.model_dump(exclude={"detection", "item"})} for p in found]
    connection.execute(insert(schema.detections), rows)
    same = sorted({payload.item for payload in found if payload.threshold == 0})
    if same:
        statement = (
            update(schema.case_items).where(schema.case_items.c.id == bindparam("b_item")).values(same_bytes=True)
        )
        connection.execute(statement, [{"b_item": item} for item in same])


@projects(EvidenceViewed)
def viewed(connection: Connection, events: Sequence[Event]) -> None:
    """A request to look at an item, by its event's id; not shown yet."""
    connection.execute(
        insert(schema.views),
        [
            {
                "id": event.id,
                "case_id": event.subject,
                "item_id": payload.item,
                "person": event.actor,
                "purpose": payload.purpose,
                "at": event.occurred_at,
            }
            for event, payload in payloads_of(events, EvidenceViewed)
        ],
    )


@projects(EvidenceShown)
def shown(connection: Connection, events: Sequence[Event]) -> None:
    """The picture of a look went out; the first time stands."""
    statement = (
        update(schema.views)
        .where(schema.views.c.id == bindparam("b_view"), schema.views.c.shown_at.is_(None))
        .values(shown_at=bindparam("b_at"))
    )
    connection.execute(
        statement, [{"b_view": p.view, "b_at": event.occurred_at} for event, p in payloads_of(events, EvidenceShown)]
    )


@projects(ItemDecided)
def decided(connection: Connection, events: Sequence[Event]) -> None:
    """A decision stands on its item."""
    for event, payload in payloads_of(events, ItemDecided):
        connection.execute(
            update(schema.case_items)
            .where(schema.case_items.c.id == payload.item)
            .values(
                verdict=payload.verdict,
                classification=payload.classification,
                decided_by=event.actor,
                decided_at=event.occurred_at,
                viewed=payload.viewed,
            )
        )


@projects(CaseEscalated)
def escalated(connection: Connection, events: Sequence[Event]) -> None:
    """An escalated case waits for a senior, the opinion with its item."""
    for event, payload in payloads_of(events, CaseEscalated):
        connection.execute(
            update(schema.cases)
            .where(schema.cases.c.id == event.subject)
            .values(state="escalated", escalated_by=event.actor)
        )
        if payload.item and payload.opinion:
            connection.execute(
                update(schema.case_items).where(schema.case_items.c.id == payload.item).values(opinion=payload.opinion)
            )


@projects(CaseClosed)
def closed(connection: Connection, events: Sequence[Event]) -> None:
    """Every item is decided."""
    for event, payload in payloads_of(events, CaseClosed):
        connection.execute(
            update(schema.cases)
            .where(schema.cases.c.id == event.subject)
            .values(state=payload.end, closed_at=event.occurred_at)
        )
