"""Makes a large installation out of a small one: every row about a case is copied, with other ids at another time.

What the small one holds was made through the public doors, so each copy is as plausible. Identifiers (UUID version 7)
and times move by the same span, pseudonyms change, sequences go on, and counts by day add up. What is not about a case
(people, lists, services) stays as it is. Nothing is copied of keys or evidence, which lie in files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Table, delete, func, insert, select, text, update

from tutela.storage import schema
from tutela.storage.bulk.moving import UUID, Copy, Written, written
from tutela.storage.database import Database
from tutela.storage.schema.entries import entry_records

TOGETHER = 20
"""How many copies one transaction writes."""


def tables_to_copy() -> list[Table]:
    """Return the tables whose rows are about cases, in an order in which they can be filled."""
    cases = {schema.cases.name, schema.events.name}
    found: set[str] = set(cases)
    for table in schema.metadata.sorted_tables:
        references = {key.column.table.name for key in table.foreign_keys}
        identified = any(column.name in ("case_id", "item_id", "event", "subject") for column in table.columns)
        if references & found or identified:
            found.add(table.name)
    return [
        table for table in schema.metadata.sorted_tables if table.name in found and table not in (*COUNTED, MULTIPLIED)
    ]


COUNTED: tuple[Table, ...] = tuple(
    table for table in schema.metadata.sorted_tables if table.name in ("day_counts", "technology_days")
)
"""Tables of sums by day: copies add to them."""

MULTIPLIED = entry_records
"""Rows of entries, which are not copied: what was counted on their account is multiplied."""


def replicate(
    database: Database, copies: int, spread: timedelta, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Copy what is there so many times, evenly over a span after it. The database must not be in use."""
    tables = tables_to_copy()
    on_sqlite = database.engine.dialect.name == "sqlite"
    with database.read() as connection:
        originals = {table.name: _originals(connection, table, on_sqlite) for table in tables}
        sums = {table.name: _rows(connection, table) for table in COUNTED}
        last = connection.execute(select(func.max(schema.events.c.sequence))).scalar_one()
    # Whole days, so that days and times move alike, and a millisecond for each copy, so that identifiers differ.
    moments = [
        Copy(n, timedelta(days=spread.days * n // copies, milliseconds=n), last * n) for n in range(1, copies + 1)
    ]
    for start in range(0, copies, TOGETHER):
        some = moments[start : start + TOGETHER]
        with database.write() as connection:
            if on_sqlite:
                connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            for table in tables:
                _write(connection, table, _copied(originals[table.name], some))
        if start // TOGETHER % 10 == 9 or some[-1].number == copies:
            progress(some[-1].number)
    with database.write() as connection:
        _multiply(connection, copies + 1)
        for table in COUNTED:
            _add_up(connection, table, sums[table.name], moments)
        if not on_sqlite:
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence('events', 'sequence'), :last)"),
                {"last": last * (copies + 1)},
            )
    if not on_sqlite:  # as a server does by itself after a while; SQLite is measured without, as it is used
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _originals(connection: Connection, table: Table, on_sqlite: bool) -> list[list[Written]]:
    sequences = _sequence_columns(table)
    rows = _rows(connection, table)
    if table is schema.events:
        # A service that is registered or a person who signs in does so once.
        rows = [row for row in rows if UUID.fullmatch(row["subject"])]
    return [
        [written(row[c.name], sequence=c.name in sequences, text_times=on_sqlite) for c in table.columns]
        for row in rows
    ]


def _copied(rows: Sequence[Sequence[Written]], copies: Sequence[Copy]) -> Iterator[tuple[Any, ...]]:
    for copy in copies:
        for row in rows:
            yield tuple([value(copy) for value in row])


def _write(connection: Connection, table: Table, rows: Iterator[tuple[Any, ...]]) -> None:
    """Write rows as the driver takes them: past the types of the columns, which would take most of the time."""
    if connection.dialect.name == "sqlite":
        statement = str(insert(table).compile(dialect=connection.dialect, column_keys=[c.name for c in table.columns]))
        if found := list(rows):
            connection.exec_driver_sql(statement, found)
        return
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
    driver: Any = connection.connection.driver_connection
    with driver.cursor().copy(into) as copying:
        for row in rows:
            copying.write_row(row)


def _rows(connection: Connection, table: Table) -> list[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]


def _sequence_columns(table: Table) -> Sequence[str]:
    """Return the columns that hold an event's sequence."""
    if table.name == schema.events.name:
        return ("sequence",)
    return [
        column.name
        for column in table.columns
        if column.name == "counted_by" or any(key.column is schema.events.c.sequence for key in column.foreign_keys)
    ]


def _multiply(connection: Connection, times: int) -> None:
    counts = ("confirmed", "rejected", "lawful", "new_material", "fresh_confirmed", "fresh_rejected")
    connection.execute(update(MULTIPLIED).values({name: MULTIPLIED.c[name] * times for name in counts}))


def _add_up(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], copies: Sequence[Copy]) -> None:
    keys = [column.name for column in table.primary_key.columns]
    found: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        key = tuple(row[name] for name in keys)
        found[key] += row["value"]
        for copy in copies:
            found[tuple(part + copy.span if isinstance(part, date) else part for part in key)] += row["value"]
    connection.execute(delete(table))
    connection.execute(
        insert(table), [{**dict(zip(keys, key, strict=True)), "value": value} for key, value in found.items()]
    )
