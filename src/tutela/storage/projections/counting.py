"""Counts by day: each type of event says what it counts, and one statement adds a whole append up.

They are written at the end of an append and in one order, so that two transactions that count on the same day wait for
each other and never for each other's next row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TypeVar

from sqlalchemy import Connection, Table

from tutela.events.catalogue.base import Payload
from tutela.events.envelope import Event
from tutela.storage.database import upserting
from tutela.storage.schema.overview import day_counts, technology_days


@dataclass(frozen=True, slots=True, order=True)
class OfDay:
    """One more of `name` on a day, in a service and a layer."""

    day: date
    service: str
    layer: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class OfTechnology:
    """One more of `name` on a day, on the account of a technology."""

    day: date
    technology: str
    version: str
    name: str


One = OfDay | OfTechnology
Counts = Callable[[Connection, Sequence[Event]], Iterator[One]]
_COUNTS: dict[type[Payload], Counts] = {}
F = TypeVar("F", bound=Counts)


def counts(*payloads: type[Payload]) -> Callable[[F], F]:
    """Register what events of these types count. The function gets them in runs of one type, in their order."""

    def register(function: F) -> F:
        for payload in payloads:
            if payload in _COUNTS:
                raise ValueError(f"{payload.TYPE} is counted twice")
            _COUNTS[payload] = function
        return function

    return register


def count(connection: Connection, events: Iterable[Event]) -> None:
    """Add what these events count; their other projections must be up to date."""
    found: Counter[One] = Counter()
    for payload, run in groupby(events, key=lambda e: type(e.payload)):
        function = _COUNTS.get(payload)
        if function is not None:
            found.update(function(connection, list(run)))
    _add(connection, day_counts, {o: n for o, n in found.items() if isinstance(o, OfDay)})
    _add(connection, technology_days, {o: n for o, n in found.items() if isinstance(o, OfTechnology)})


def _add(connection: Connection, table: Table, found: dict[One, int]) -> None:
    if not found:
        return
    keys = [column.name for column in table.primary_key.columns]
    rows = [{**{key: getattr(one, key) for key in keys}, "value": number} for one, number in _ordered(found)]
    statement = upserting(connection, table)
    more = {"value": table.c.value + statement.excluded.value}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=more), rows)


def _ordered(found: dict[One, int]) -> list[tuple[One, int]]:
    return sorted(found.items())
