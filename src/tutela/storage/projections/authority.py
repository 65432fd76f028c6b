"""Which statements of an authority's register stand, and by what they are found."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, update

from tutela.events.catalogue.authority import ReportReceived
from tutela.events.envelope import Event
from tutela.statistics.authority.statement import EVENTS, statements_of
from tutela.storage.projections.projector import projects
from tutela.storage.schema.authority import authority_statements


@projects(*EVENTS)
def stated(connection: Connection, events: Sequence[Event]) -> None:
    """A statement stands until one that ends it; a withdrawal is none that could stand."""
    table = authority_statements
    found = statements_of(events)
    connection.execute(
        insert(table),
        [
            {
                "id": one.id,
                "sequence": one.sequence,
                "subject": one.subject,
                "number": one.said.number if isinstance(one.said, ReportReceived) else None,
                "origin": one.said.origin if isinstance(one.said, ReportReceived) else None,
                "stands": one.on is not None or one.ends is None,
            }
            for one in found
        ],
    )
    for one in found:
        if one.ends is not None:
            connection.execute(update(table).where(table.c.id == one.ends).values(stands=False))
