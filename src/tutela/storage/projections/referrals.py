"""Referrals, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, case, insert, update

from tutela.events.catalogue import (
    ReferralFailed,
    ReferralFiled,
    ReferralFileDescribed,
    ReferralFileUploaded,
    ReferralFinishing,
    ReferralOpened,
    ReferralOrdered,
    ReferralRetryOrdered,
    ReferralWithdrawn,
)
from tutela.events.envelope import Event
from tutela.storage import schema
from tutela.storage.projections.projector import payloads_of, projects


@projects(ReferralOrdered)
def ordered(connection: Connection, events: Sequence[Event]) -> None:
    """A report is ordered, with the items that it is of."""
    found = payloads_of(events, ReferralOrdered)
    connection.execute(
        insert(schema.referrals),
        [
            {
                "id": payload.referral,
                "case_id": event.subject,
                "recipient": payload.recipient,
                "state": "ordered",
                "attempt": 0,
                "failures": 0,
                "ordered_at": event.occurred_at,
                "changed_at": event.occurred_at,
            }
            for event, payload in found
        ],
    )
    connection.execute(
        insert(schema.referral_items),
        [
            {"referral_id": p.referral, "item_id": i.item, "verdict": i.verdict, "described": False}
            for _, p in found
            for i in p.items
        ],
    )


@projects(ReferralOpened)
def opened(connection: Connection, events: Sequence[Event]) -> None:
    """An attempt has a report number; nothing is uploaded under it yet."""
    for event, payload in payloads_of(events, ReferralOpened):
        _change(
            connection,
            event,
            state="open",
            attempt=payload.attempt,
            report_id=payload.report_id,
            target=payload.target,
        )
        connection.execute(
            update(schema.referral_items)
            .where(schema.referral_items.c.referral_id == payload.referral)
            .values(file_id=None, described=False)
        )


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
        _change(connection, event)


@projects(ReferralFinishing)
def finishing(connection: Connection, events: Sequence[Event]) -> None:
    """Only the recipient knows from here."""
    for event in events:
        _change(connection, event, state="finishing")


@projects(ReferralWithdrawn)
def withdrawn(connection: Connection, events: Sequence[Event]) -> None:
    """The attempt is gone; the next one starts afresh."""
    for event in events:
        _change(connection, event, state="ordered", report_id=None)


@projects(ReferralFailed)
def failed(connection: Connection, events: Sequence[Event]) -> None:
    """A step failed: the dispatcher tries again, or a person must."""
    for event, payload in payloads_of(events, ReferralFailed):
        state = schema.referrals.c.state
        stopped = case((state == "stopped", schema.referrals.c.stopped_in), else_=state)
        values: dict[str, object] = {} if payload.retry else {"state": "stopped", "stopped_in": stopped}
        _change(
            connection,
            event,
            failures=schema.referrals.c.failures + 1,
            last_error=f"{payload.step}: {payload.code}",
            **values,
        )


@projects(ReferralRetryOrdered)
def retry_ordered(connection: Connection, events: Sequence[Event]) -> None:
    """A stopped report is due again, in the state in which it stopped."""
    state = schema.referrals.c.state
    for event in events:
        _change(connection, event, state=case((state == "stopped", schema.referrals.c.stopped_in), else_=state))


@projects(ReferralFiled)
def filed(connection: Connection, events: Sequence[Event]) -> None:
    """The receipt: report and case have come to their end."""
    for event, payload in payloads_of(events, ReferralFiled):
        _change(
            connection,
            event,
            state="filed",
            report_id=payload.report_id,
            filed_at=event.occurred_at,
            files=payload.files,
            last_error=None,
        )
        connection.execute(update(schema.cases).where(schema.cases.c.id == event.subject).values(state="reported"))


def _change(connection: Connection, event: Event, **values: object) -> None:
    referral = event.payload.model_dump()["referral"]
    connection.execute(
        update(schema.referrals).where(schema.referrals.c.id == referral).values(changed_at=event.occurred_at, **values)
    )
