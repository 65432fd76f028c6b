"""Feedback to the owners of lists: what has been found out since they were last told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, text

from tutela.casework.entries.feedback import FeedbackRow, Opinion
from tutela.events.catalogue.entries import EntryFeedbackGiven
from tutela.events.envelope import Clock, NewEvent
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.entries import entry_records


class Feedback:
    """Reads what the owner of a list can be told, and keeps what was handed over."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def rows(self, hashlist: str, *, everything: bool = False) -> list[FeedbackRow]:
        """Return what has changed since feedback was last handed over, or everything, by entry."""
        with self._database.read() as connection:
            return _rows(connection, hashlist, self._clock(), everything=everything)

    def hand_over(self, hashlist: str, actor: str, write: Callable[[list[FeedbackRow]], None]) -> int:
        """Write what has changed, and record that it was handed over; return how many entries it is about.

        What `write` raises leaves it as not handed over. Nobody decides between the two, so that nothing is missed.
        """
        now = self._clock()
        with self._database.write() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE entry_records IN SHARE ROW EXCLUSIVE MODE"))
            rows = _rows(connection, hashlist, now, everything=False)
            write(rows)
            entries = len({row.entry for row in rows})
            if entries:
                payload = EntryFeedbackGiven(entries=entries)
                EventLog(connection, self._clock).append([NewEvent(payload, hashlist, now, actor)])
        return entries


def _rows(connection: Connection, hashlist: str, now: datetime, *, everything: bool) -> list[FeedbackRow]:
    table, entries = entry_records, schema.hash_entries
    query = (
        select(table, entries.c.reference, entries.c.kind.label("of_kind"))
        .join(entries, entries.c.id == table.c.entry_id)
        .where(table.c.hashlist == hashlist)
        .order_by(table.c.entry_id)
    )
    if not everything:
        query = query.where(
            or_(
                table.c.confirmed != table.c.told_confirmed,
                table.c.rejected != table.c.told_rejected,
                (table.c.state == "wrong") != table.c.told_wrong,
            )
        )
    found: list[FeedbackRow] = []
    for row in connection.execute(query):
        wrong = int(row.state == "wrong")
        for opinion, items, told in (
            (Opinion.CONFIRMED, row.confirmed, row.told_confirmed),
            (Opinion.REJECTED, row.rejected, row.told_rejected),
            (Opinion.WRONG, wrong, int(row.told_wrong)),
        ):
            if items != told or (everything and items):
                found.append(_row(row, opinion, items, items - told, now))
    return found


def _row(row: Any, opinion: Opinion, items: int, change: int, now: datetime) -> FeedbackRow:
    return FeedbackRow(
        list=row.hashlist,
        entry=row.entry_id,
        reference=row.reference,
        kind=row.of_kind,
        opinion=opinion,
        items=items,
        change=change,
        reason=row.reason if opinion is Opinion.WRONG else None,
        as_of=now,
    )
