"""Reads the events that the return is made of, a case at a time and in little memory.

The database joins each column of a case's events into one text, so that a case is one row to fetch and its payloads
one text to parse. All columns are joined in the same order: the database takes an event into every text at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Select, String, Text, cast, func, literal, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement, UnaryExpression
from sqlalchemy.sql.operators import custom_op

from tutela.events.catalogue.base import Payload
from tutela.statistics.provider_return.light import (
    OF_BATCHES,
    OF_CASES,
    OF_MEASURES,
    OF_RECORDS,
    OF_SETTINGS,
    LightEvent,
)
from tutela.storage import schema

_ROWS = 500
_events = schema.events


OF_RETURN = (*OF_CASES, *OF_MEASURES, *OF_BATCHES, *OF_RECORDS, *OF_SETTINGS)
"""The events that a return counts."""


def last_counted(connection: Connection, of: Sequence[type[Payload]] = OF_RETURN) -> int:
    """Return the number of the newest event of some types; 0 if there is none."""
    found = 0
    for payload in of:
        query = select(func.max(_events.c.sequence)).where(_events.c.type == payload.TYPE)
        found = max(found, connection.execute(query).scalar() or 0)
    return found


def cases(
    connection: Connection,
    up_to: int,
    *,
    since: str | None = None,
    before: str | None = None,
    of: Sequence[type[Payload]] = OF_CASES,
) -> Iterator[list[LightEvent]]:
    """Yield the events of each case up to a number, of the types `of`; of cases whose ids lie in a range if asked."""
    fields = _fields(connection)
    # Written so that no index but that of the subjects fits: to sort what another one finds takes much longer.
    types = [payload.TYPE for payload in of]
    joined: list[Any] = [_joined(connection, one) for one in fields.values()]
    query: Select[Any] = select(*joined)
    query = query.where(_events.c.sequence + 0 <= up_to, _unindexed(connection, _events.c.type).in_(types))
    query = query.where(_events.c.subject >= (since or "")).group_by(_events.c.subject)
    if connection.dialect.name == "postgresql":
        for setting in ("enable_sort", "enable_hashagg", "jit"):
            connection.execute(select(func.set_config(setting, "off", True)))  # noqa: FBT003 - for this transaction
    if before is not None:
        query = query.where(_events.c.subject < before)
    for sequences, names, times, payloads in _streamed(connection, query):
        numbers, data = from_json(f"[[{sequences}],[{payloads}]]", cache_strings="keys")
        # Tuples as `LightEvent` has them, which would take longer to make.
        found: list[Any] = list(zip(numbers, names.split(","), times.split(","), data, strict=True))
        # In no order that the database promises: most often in this one, which takes next to nothing to find.
        if numbers != sorted(numbers):
            found.sort()
        yield found


def tallies(connection: Connection, up_to: int) -> Iterator[LightEvent]:
    """Yield the tallies of batches up to a number."""
    for _, event in _each(connection, OF_BATCHES, up_to):
        yield event


def done_against_errors(connection: Connection, up_to: int) -> Iterator[tuple[str, LightEvent]]:
    """Yield the events of measures against errors up to a number, each with its subject."""
    return _each(connection, OF_MEASURES, up_to)


def records(connection: Connection, up_to: int) -> list[tuple[str, LightEvent]]:
    """Return the events of the operator's records and settings up to a number, each with its subject."""
    return list(_each(connection, (*OF_RECORDS, *OF_SETTINGS), up_to))


def halves(connection: Connection, up_to: int, parts: int) -> list[tuple[str | None, str | None]]:
    """Return ranges of the ids of cases that hold about as many cases each.

    Ids sort by time (UUID version 7), and so nearly do events.
    """
    bounds: set[str] = set()
    for part in range(1, parts):
        query = (
            select(_events.c.subject)
            .where(_events.c.type == "case.opened", _events.c.sequence >= up_to * part // parts)
            .order_by(_events.c.sequence)
            .limit(1)
        )
        bounds.update(connection.execute(query).scalars())
    return list(pairwise([None, *sorted(bounds), None]))


def _unindexed(connection: Connection, value: ColumnElement[str]) -> ColumnElement[str]:
    if connection.dialect.name == "sqlite":
        return UnaryExpression(value, operator=custom_op("+"), type_=value.type)
    return value.concat("")


def _each(connection: Connection, types: Sequence[type[Payload]], up_to: int) -> Iterator[tuple[str, LightEvent]]:
    columns = select(_events.c.subject, *_fields(connection).values())
    query = columns.where(_of(types), _events.c.sequence <= up_to).order_by(_events.c.sequence)
    for subject, sequence, type_, at, data in _streamed(connection, query):
        yield subject, LightEvent(sequence, type_, at, from_json(data))


def _of(types: Sequence[type[Payload]]) -> ColumnElement[bool]:
    return _events.c.type.in_([payload.TYPE for payload in types])


def _fields(connection: Connection) -> dict[str, ColumnElement[Any]]:
    """Return number, type, time and data of an event, the last two as text."""
    at: ColumnElement[Any]
    if connection.dialect.name == "postgresql":
        # As it is cast, which takes less than to_char; the server may be set to another style of dates.
        connection.execute(select(func.set_config("datestyle", "ISO", True)))  # noqa: FBT003 - for this transaction
        at = cast(func.timezone("UTC", _events.c.occurred_at), String)
        data: ColumnElement[Any] = cast(_events.c.data, Text)
    else:
        at, data = type_coerce(_events.c.occurred_at, String), type_coerce(_events.c.data, String)
    return {"sequence": _events.c.sequence, "type": type_coerce(_events.c.type, String), "at": at, "data": data}


def _joined(connection: Connection, field: ColumnElement[Any]) -> ColumnElement[str]:
    separator = literal(",", String, literal_execute=True)
    if connection.dialect.name == "postgresql":
        return func.string_agg(cast(field, Text), separator)
    return func.group_concat(field, separator)


def _streamed(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    yield from connection.execute(query, execution_options={"yield_per": _ROWS})
