"""Complaints."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from tutela.events.catalogue.redress import ComplaintDecided, ComplaintLodged
from tutela.events.envelope import Event
from tutela.storage import schema
from tutela.storage.projections.projector import payloads_of, projects


@projects(ComplaintLodged)
def lodged(connection: Connection, events: Sequence[Event]) -> None:
    """A complaint arrives."""
    connection.execute(
        insert(schema.complaints),
        [
            {
                "id": payload.complaint,
                "case_id": event.subject,
                "action_id": payload.action,
                "channel": payload.channel,
                "lodged_at": event.occurred_at,
                "event": event.id,
                "via": payload.via,
                "claim": payload.claim,
                "words": payload.words,
            }
            for event, payload in payloads_of(events, ComplaintLodged)
        ],
    )


@projects(ComplaintDecided)
def complaint_decided(connection: Connection, events: Sequence[Event]) -> None:
    """A complaint is decided."""
    table = schema.complaints
    for event, payload in payloads_of(events, ComplaintDecided):
        lodged = connection.execute(select(table.c.lodged_at).where(table.c.id == payload.complaint)).scalar_one()
        connection.execute(
            update(table)
            .where(table.c.id == payload.complaint)
            .values(
                upheld=payload.upheld,
                reason=payload.reason,
                decided_by=event.actor,
                decided_at=event.occurred_at,
                took=int(event.occurred_at.timestamp()) - int(lodged.timestamp()),
                answer_event=event.id if payload.answer else None,
            )
        )
