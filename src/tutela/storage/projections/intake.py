"""Services, refusals and tallies."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from tutela.events.catalogue.intake import IntakeRefused, ItemsTallied, ServiceRegistered
from tutela.events.envelope import Event
from tutela.storage import schema
from tutela.storage.database import upserting
from tutela.storage.projections.projector import payloads_of, projects


@projects(ServiceRegistered)
def services(connection: Connection, events: Sequence[Event]) -> None:
    """A registration makes or replaces the row of a service."""
    for event, payload in payloads_of(events, ServiceRegistered):
        values = {
            "name": payload.name,
            "type": payload.service_type,
            "encryption": payload.encryption,
            "region": payload.region,
            "registered_at": event.occurred_at,
        }
        statement = upserting(connection, schema.services).values(id=event.subject, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


@projects(IntakeRefused)
def refusals(connection: Connection, events: Sequence[Event]) -> None:
    """A refusal is remembered for its day."""
    for _, payload in payloads_of(events, IntakeRefused):
        statement = upserting(connection, schema.refusals).values(
            service=payload.service, region=payload.region, day=payload.day
        )
        connection.execute(statement.on_conflict_do_nothing())


@projects(ItemsTallied)
def tallies(connection: Connection, events: Sequence[Event]) -> None:
    """Each row of a tally becomes a row."""
    rows = [
        {
            "event": event.sequence,
            "row": number,
            "batch": payload.batch,
            **row.model_dump(exclude={"technologies"}),
            "technologies": ",".join(row.technologies),
        }
        for event, payload in payloads_of(events, ItemsTallied)
        for number, row in enumerate(payload.rows)
    ]
    if rows:
        connection.execute(insert(schema.tallies), rows)
