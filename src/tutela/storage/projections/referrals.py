"""Referrals, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from tutela.casework.case import ImpossibleTransition
from tutela.events.catalogue.referral import (
    ReferralDropped,
    ReferralFailed,
    ReferralFiled,
    ReferralFileDescribed,
    ReferralFileUploaded,
    ReferralFinishing,
    ReferralOpened,
    ReferralOrdered,
    ReferralRetracted,
    ReferralRetractOrdered,
    ReferralRetryOrdered,
    ReferralWithdrawn,
)
from tutela.events.envelope import Event
from tutela.referral.states import TRANSITIONS, ReferralState
from tutela.storage import schema
from tutela.storage.database import upserting
from tutela.storage.projections.cases import settle
from tutela.storage.projections.projector import payloads_of, projects

_S = ReferralState
UNDER_WAY = (_S.ORDERED, _S.OPEN, _S.FINISHING, _S.RETRACTING)


@projects(ReferralOrdered)
def ordered(connection: Connection, events: Sequence[Event]) -> None:
    """A report is ordered, with the items that it is of."""
    found = payloads_of(events, ReferralOrdered)
    cases = schema.cases
    wanted = list({event.subject for event, _ in found})
    urgent = set(connection.execute(select(cases.c.id).where(cases.c.id.in_(wanted), cases.c.urgent)).scalars())
    connection.execute(
        insert(schema.referrals),
        [
            {
                "id": payload.referral,
                "case_id": event.subject,
                "recipient": payload.recipient,
                "state": _S.ORDERED.value,
                "attempt": 0,
                "failures": 0,
                "ordered_at": event.occurred_at,
                "changed_at": event.occurred_at,
                "supplements": payload.supplements,
                "urgent": event.subject in urgent,
            }
            for event, payload in found
        ],
    )
    items = [
        {"referral_id": p.referral, "item_id": i.item, "verdict": i.verdict, "described": False, "withdrawn": False}
        for _, p in found
        for i in p.items
    ]
    items += [
        {"referral_id": p.referral, "item_id": item, "verdict": "not", "described": False, "withdrawn": True}
        for _, p in found
        for item in p.withdrawn
    ]
    if items:
        connection.execute(insert(schema.referral_items), items)
    for case_id in dict.fromkeys(event.subject for event, _ in found):
        settle(connection, case_id)


@projects(ReferralOpened)
def opened(connection: Connection, events: Sequence[Event]) -> None:
    """An attempt has a report number and says what it says; nothing is uploaded under it yet."""
    table = schema.referral_items
    for event, payload in payloads_of(events, ReferralOpened):
        values = payload.model_dump(include={"attempt", "report_id", "target", "place"})
        _move(connection, event, _S.OPEN, **values)
        ordered_again = payload.items is None
        connection.execute(
            update(table)
            .where(table.c.referral_id == payload.referral)
            .values(file_id=None, described=False, stated=ordered_again)
        )
        rows = [(item.item, item.verdict, False) for item in payload.items or ()]
        rows += [(item, "not", True) for item in payload.withdrawn]
        for item, verdict, withdrawn in rows:
            says = {"verdict": verdict, "withdrawn": withdrawn, "stated": True}
            statement = upserting(connection, table).values(
                referral_id=payload.referral, item_id=item, described=False, **says
            )
            connection.execute(statement.on_conflict_do_update(index_elements=["referral_id", "item_id"], set_=says))


@projects(ReferralFileUploaded, ReferralFileDescribed)
def file_step(connection: Connection, events: Sequence[Event]) -> None:
    """A file is with the recipient, or described there."""
    for event in events:
        match event.payload:
            case ReferralFileUploaded(referral=referral, item=item, file_id=file_id):
                values: dict[str, object] = {"file_id": file_id}
            case ReferralFileDescribed(referral=referral, item=item):
                values = {"described": True}
            case _:
                continue
        connection.execute(
            update(schema.referral_items)
            .where(schema.referral_items.c.referral_id == referral, schema.referral_items.c.item_id == item)
            .values(**values)
        )
        _stay(connection, event, [_S.OPEN])


@projects(ReferralFinishing)
def finishing(connection: Connection, events: Sequence[Event]) -> None:
    """Only the recipient knows from here."""
    for event in events:
        _move(connection, event, _S.FINISHING)


@projects(ReferralWithdrawn)
def withdrawn(connection: Connection, events: Sequence[Event]) -> None:
    """The attempt is gone, and what it said with it; the next one starts afresh."""
    for event, payload in payloads_of(events, ReferralWithdrawn):
        _move(connection, event, _S.ORDERED, report_id=None)
        connection.execute(
            update(schema.referral_items)
            .where(schema.referral_items.c.referral_id == payload.referral)
            .values(stated=False)
        )


@projects(ReferralFailed)
def failed(connection: Connection, events: Sequence[Event]) -> None:
    """A step failed: the dispatcher tries again, or a person must."""
    for event, payload in payloads_of(events, ReferralFailed):
        values = {"failures": schema.referrals.c.failures + 1, "last_error": f"{payload.step}: {payload.code}"}
        if payload.retry:
            _stay(connection, event, UNDER_WAY, **values)
        else:
            stops = {"stopped_in": schema.referrals.c.state, "stops_recipient": payload.of_recipient}
            _move(connection, event, _S.STOPPED, **stops, **values)


@projects(ReferralRetryOrdered)
def retry_ordered(connection: Connection, events: Sequence[Event]) -> None:
    """A stopped report is due again, in the state in which it stopped; one that waits is due now."""
    table = schema.referrals
    for event, payload in payloads_of(events, ReferralRetryOrdered):
        query = select(table.c.state, table.c.stopped_in).where(table.c.id == payload.referral)
        row = connection.execute(query).one_or_none()
        if row is not None and row.state == _S.STOPPED:
            _move(connection, event, ReferralState(row.stopped_in), stops_recipient=False)
        else:
            _stay(connection, event, UNDER_WAY)


@projects(ReferralRetractOrdered)
def retract_ordered(connection: Connection, events: Sequence[Event]) -> None:
    """A person gave the report up; what its recipient may hold is withdrawn next."""
    for event in events:
        _move(connection, event, _S.RETRACTING, stops_recipient=False)


@projects(ReferralRetracted)
def retracted(connection: Connection, events: Sequence[Event]) -> None:
    """Nothing of the report is with its recipient, and nothing of it was said."""
    for event, payload in payloads_of(events, ReferralRetracted):
        _move(connection, event, _S.RETRACTED, report_id=None, last_error=None)
        connection.execute(
            update(schema.referral_items)
            .where(schema.referral_items.c.referral_id == payload.referral)
            .values(stated=False)
        )
        settle(connection, event.subject)


@projects(ReferralDropped)
def dropped(connection: Connection, events: Sequence[Event]) -> None:
    """There was nothing left to tell."""
    for event in events:
        _move(connection, event, _S.DROPPED, last_error=None)
        settle(connection, event.subject)


@projects(ReferralFiled)
def filed(connection: Connection, events: Sequence[Event]) -> None:
    """The receipt: the report has come to its end, and its case if nothing else waits.

    A case that was opened again meanwhile stays open: it is reported again, or corrected, once it is decided.
    """
    for event, payload in payloads_of(events, ReferralFiled):
        table = schema.referrals
        ordered = connection.execute(select(table.c.ordered_at).where(table.c.id == payload.referral)).scalar_one()
        took = int(event.occurred_at.timestamp()) - int(ordered.timestamp())
        values = {"report_id": payload.report_id, "filed_at": event.occurred_at, "files": payload.files, "took": took}
        _move(connection, event, _S.FILED, last_error=None, **values)
        settle(connection, event.subject)


def _move(connection: Connection, event: Event, to: ReferralState, **values: object) -> None:
    allowed = [start for start, ends in TRANSITIONS.items() if to in ends]
    _change(connection, event, allowed, f"become {to.value}", state=to.value, **values)


def _stay(connection: Connection, event: Event, allowed: Sequence[ReferralState], **values: object) -> None:
    _change(connection, event, allowed, f"take {event.type}", **values)


def _change(
    connection: Connection, event: Event, allowed: Sequence[ReferralState], what: str, **values: object
) -> None:
    table = schema.referrals
    referral = event.payload.model_dump()["referral"]
    changed = connection.execute(
        update(table)
        .where(table.c.id == referral, table.c.state.in_([state.value for state in allowed]))
        .values(changed_at=event.occurred_at, **values)
    )
    if changed.rowcount != 1:
        found = connection.execute(select(table.c.state).where(table.c.id == referral)).scalar()
        raise ImpossibleTransition(f"referral {referral} is {found or 'not there'}, and cannot {what}")
