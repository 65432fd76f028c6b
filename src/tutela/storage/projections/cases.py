"""Cases, their items, detections and views."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, insert, null, select, update

from tutela.casework.case import TRANSITIONS, CaseState, ImpossibleTransition
from tutela.casework.severity import item_points
from tutela.events.catalogue.base import Layer
from tutela.events.catalogue.casework import (
    CaseClosed,
    CaseEscalated,
    CaseHeld,
    CaseReleased,
    CaseReopened,
    EvidenceShown,
    EvidenceViewed,
    ItemDecided,
)
from tutela.events.catalogue.intake import CaseOpened, DetectionRecorded, ItemFlagged, ItemSeenAgain
from tutela.events.envelope import Event
from tutela.referral.states import ReferralState
from tutela.storage import schema
from tutela.storage.projections import review
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
                "state": CaseState.OPEN.value,
                "opened_at": event.occurred_at,
                "planted": payload.planted,
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
    points: dict[str, int] = {}
    for row in rows:
        points[row["case_id"]] = max(points.get(row["case_id"], 0), item_points(row["layer"], None))
    review.weigh(connection, points)


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
    recorded = payloads_of(events, DetectionRecorded)
    found = [payload for _, payload in recorded]
    rows = [
        {"id": p.detection, "item_id": p.item, "at": event.occurred_at, **p.model_dump(exclude={"detection", "item"})}
        for event, p in recorded
    ]
    connection.execute(insert(schema.detections), rows)
    same = sorted({payload.item for payload in found if payload.threshold == 0})
    if same:
        statement = (
            update(schema.case_items).where(schema.case_items.c.id == bindparam("b_item")).values(same_bytes=True)
        )
        connection.execute(statement, [{"b_item": item} for item in same])
    _weigh(connection, events)


def _weigh(connection: Connection, events: Sequence[Event]) -> None:
    classed = [(event.subject, p) for event, p in payloads_of(events, DetectionRecorded) if p.classification]
    items = sorted({p.item for _, p in classed})
    layers: dict[str, Layer] = {}
    for start in range(0, len(items), 500):
        query = select(schema.case_items.c.id, schema.case_items.c.layer)
        found = connection.execute(query.where(schema.case_items.c.id.in_(items[start : start + 500])))
        layers.update({row.id: row.layer for row in found})
    points: dict[str, int] = {}
    for case, payload in classed:
        points[case] = max(points.get(case, 0), item_points(layers[payload.item], payload.classification))
    review.weigh(connection, points)


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
                ground=payload.ground,
                overturned=False,
                signs=list(payload.signs),
                legality=[one.model_dump() for one in payload.legality],
                urgent=payload.urgent,
            )
        )
        if payload.urgent:
            review.set_urgent(connection, event.subject, urgent=True)


@projects(CaseEscalated)
def escalated(connection: Connection, events: Sequence[Event]) -> None:
    """An escalated case waits for a senior, the opinion with its item."""
    for event, payload in payloads_of(events, CaseEscalated):
        move(connection, event.subject, CaseState.ESCALATED, escalated_by=event.actor)
        if payload.item and payload.opinion:
            connection.execute(
                update(schema.case_items).where(schema.case_items.c.id == payload.item).values(opinion=payload.opinion)
            )


@projects(CaseClosed)
def closed(connection: Connection, events: Sequence[Event]) -> None:
    """Every item is decided."""
    for event, payload in payloads_of(events, CaseClosed):
        move(connection, event.subject, CaseState(payload.end), closed_at=event.occurred_at)
        settle(connection, event.subject)


@projects(CaseHeld, CaseReleased)
def held(connection: Connection, events: Sequence[Event]) -> None:
    """A held case awaits nothing until it is let go."""
    for event in events:
        move(connection, event.subject, CaseState.HELD if isinstance(event.payload, CaseHeld) else CaseState.OPEN)


@projects(CaseReopened)
def reopened(connection: Connection, events: Sequence[Event]) -> None:
    """The named items await a decision anew."""
    for event, payload in payloads_of(events, CaseReopened):
        move(
            connection,
            event.subject,
            CaseState.OPEN,
            closed_at=None,
            escalated_by=None,
            reopened=schema.cases.c.reopened + 1,
            reopened_reason=payload.reason,
            reopened_cause=payload.cause,
            reopened_at=event.occurred_at,
        )
        review.rank(connection, event.subject)
        review.offer_again(connection, event.subject)
        undecided = dict.fromkeys(("verdict", "classification", "opinion", "decided_by", "decided_at", "ground"))
        connection.execute(
            update(schema.case_items)
            .where(schema.case_items.c.case_id == event.subject, schema.case_items.c.id.in_(payload.items))
            .values(**undecided, viewed=None, overturned=False, urgent=None, signs=null(), legality=null())
        )


def settle(connection: Connection, case_id: str) -> None:
    """A confirmed case is reported once a report of it is filed and none waits; with a supplement it waits again."""
    states = set(
        connection.execute(select(schema.referrals.c.state).where(schema.referrals.c.case_id == case_id)).scalars()
    )
    waits = any(ReferralState(state).pending for state in states)
    reported = ReferralState.FILED in states and not waits
    found = connection.execute(select(schema.cases.c.state).where(schema.cases.c.id == case_id)).scalar_one()
    if found == CaseState.CONFIRMED and reported:
        move(connection, case_id, CaseState.REPORTED)
    elif found == CaseState.REPORTED and not reported:
        move(connection, case_id, CaseState.CONFIRMED)


def move(connection: Connection, case_id: str, to: CaseState, **values: object) -> None:
    """Take a case to another state. Raises ImpossibleTransition, which undoes the transaction."""
    table = schema.cases
    allowed = [start.value for start, ends in TRANSITIONS.items() if to in ends]
    moved = connection.execute(
        update(table).where(table.c.id == case_id, table.c.state.in_(allowed)).values(state=to.value, **values)
    )
    if moved.rowcount != 1:
        found = connection.execute(select(table.c.state).where(table.c.id == case_id)).scalar()
        raise ImpossibleTransition(f"case {case_id} is {found or 'not there'}, and cannot become {to.value}")
