"""Policies, privacy reviews, incidents and inspections."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, update

from tutela.events.catalogue.governance import (
    GovernanceRetired,
    GovernanceReviewed,
    GovernanceWritten,
    InspectionEnded,
    InspectionOpened,
    InspectionPageOpened,
)
from tutela.events.envelope import Event
from tutela.storage.database import upserting
from tutela.storage.projections.projector import payloads_of, projects
from tutela.storage.schema.governance import governance_records, inspections


@projects(GovernanceWritten)
def written(connection: Connection, events: Sequence[Event]) -> None:
    """A version takes the place of the one before it."""
    for event, payload in payloads_of(events, GovernanceWritten):
        values = {
            "kind": payload.kind,
            "version": payload.version,
            "digest": payload.digest,
            "effective_from": payload.effective_from,
            "review_by": payload.review_by,
            "answers": list(payload.answers),
            "technologies": list(payload.technologies),
            "incident": payload.incident.model_dump(mode="json") if payload.incident else None,
            "written_by": event.actor,
            "written_at": event.occurred_at,
            "reviewed_at": None,
        }
        statement = upserting(connection, governance_records).values(id=event.subject, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


@projects(GovernanceReviewed)
def reviewed(connection: Connection, events: Sequence[Event]) -> None:
    """It stays, until the next review."""
    for event, payload in payloads_of(events, GovernanceReviewed):
        connection.execute(
            update(governance_records)
            .where(governance_records.c.id == event.subject)
            .values(reviewed_at=event.occurred_at, review_by=payload.review_by)
        )


@projects(GovernanceRetired)
def retired(connection: Connection, events: Sequence[Event]) -> None:
    """It applies no more."""
    for event, _ in payloads_of(events, GovernanceRetired):
        connection.execute(
            update(governance_records)
            .where(governance_records.c.id == event.subject)
            .values(retired_at=event.occurred_at)
        )


@projects(InspectionOpened)
def inspection_opened(connection: Connection, events: Sequence[Event]) -> None:
    """An authority may look."""
    connection.execute(
        insert(inspections),
        [
            {
                "id": event.subject,
                "authority": payload.authority,
                "reference": payload.reference,
                "person": payload.person,
                "starts_at": payload.starts_at,
                "ends_at": payload.ends_at,
                "scope": list(payload.scope),
                "opened_by": event.actor,
                "opened_at": event.occurred_at,
                "pages": 0,
            }
            for event, payload in payloads_of(events, InspectionOpened)
        ],
    )


@projects(InspectionPageOpened)
def page_opened(connection: Connection, events: Sequence[Event]) -> None:
    """The inspector looked."""
    for event, _ in payloads_of(events, InspectionPageOpened):
        connection.execute(
            update(inspections).where(inspections.c.id == event.subject).values(pages=inspections.c.pages + 1)
        )


@projects(InspectionEnded)
def inspection_ended(connection: Connection, events: Sequence[Event]) -> None:
    """It ended before its time."""
    for event, _ in payloads_of(events, InspectionEnded):
        connection.execute(
            update(inspections).where(inspections.c.id == event.subject).values(ended_at=event.occurred_at)
        )
