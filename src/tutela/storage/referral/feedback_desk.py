"""What recipients said of reports: entered, read, and counted for a period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from tutela.access.roles import Person
from tutela.events.catalogue.referral import FeedbackKind
from tutela.events.envelope import Clock
from tutela.events.obstacles import NotThere
from tutela.referral.feedback import FiledReport, Via, Word, record
from tutela.statistics.feedback.figures import Found, Told
from tutela.statistics.redress.selection import Period
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.rows import in_parts
from tutela.storage.schema.referral import feedback


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One word of a recipient, as it was entered; `said` is none where it took an earlier one back."""

    referral: str
    said: FeedbackKind | None
    items: tuple[str, ...]
    reference: str | None
    said_on: date
    jurisdiction: str | None
    via: str
    author: str
    at: datetime

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "said": self.said,
            "items": list(self.items),
            "reference": self.reference,
            "said_on": self.said_on.isoformat(),
            "jurisdiction": self.jurisdiction,
            "via": self.via,
            "author": self.author,
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class StatedItem:
    """An item that a report states. `feedback` is the latest that its recipient said of it; unknown where none."""

    item: str
    verdict: str
    file_id: str | None
    feedback: FeedbackKind | None
    jurisdiction: str | None


class FeedbackDesk:
    """Where people enter and read what recipients say."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(self, person: Person, referral: str, word: Word, via: Via) -> None:
        """Record what a recipient said. Raises NotAllowed, BadFeedback, and LookupError for no such report."""
        table = schema.referrals
        with self._database.write() as connection:
            query = select(table.c.id, table.c.case_id, table.c.filed_at).where(table.c.id == referral)
            row = connection.execute(query.with_for_update()).one_or_none()
            if row is None:
                raise NotThere("there is no report %(referral)s", referral=referral)
            items = tuple(item.item for item in _stated(connection, referral))
            event = record(person, FiledReport(row.id, row.case_id, row.filed_at, items), word, via, self._clock())
            EventLog(connection, self._clock).append([event])

    def of_reports(self, referrals: Iterable[str]) -> dict[str, list[FeedbackRow]]:
        """Return what was entered on some reports, by report, oldest first."""
        found: dict[str, list[FeedbackRow]] = {}
        with self._database.read() as connection:
            rows = in_parts(connection, select(feedback), feedback.c.referral_id, list(referrals))
        for row in sorted(rows, key=lambda one: one.sequence):
            found.setdefault(row.referral_id, []).append(_row(row))
        return found

    def items(self, referral: str) -> list[StatedItem]:
        """Return the items that a report states, in the order of the case."""
        with self._database.read() as connection:
            return _stated(connection, referral)

    def found(self, period: Period) -> list[Found]:
        """Return every item of the reports that were filed in a period, as figures count them."""
        referrals, referred, items = schema.referrals, schema.referral_items, schema.case_items
        query = (
            select(
                referrals.c.id,
                referrals.c.recipient,
                referred.c.item_id,
                referred.c.feedback,
                referred.c.feedback_jurisdiction,
                items.c.legality,
            )
            .join(referred, referred.c.referral_id == referrals.c.id)
            .join(items, items.c.id == referred.c.item_id)
            .where(
                referrals.c.state == "filed",
                referrals.c.filed_at >= period.start,
                referrals.c.filed_at < period.end,
                referred.c.stated,
                ~referred.c.withdrawn,
            )
        )
        with self._database.read_one_moment() as connection:
            rows = connection.execute(query.order_by(referrals.c.filed_at, referrals.c.id, items.c.position)).all()
            causes = _causes(connection, list(dict.fromkeys(row.item_id for row in rows)))
        return [
            Found(
                report=row.id,
                recipient=row.recipient,
                item=row.item_id,
                told=(
                    Told(row.feedback, row.feedback_jurisdiction, _own_word(row.legality, row.feedback_jurisdiction))
                    if row.feedback
                    else None
                ),
                causes=causes.get(row.item_id, ()),
            )
            for row in rows
        ]


def _own_word(legality: Sequence[dict[str, str]] | None, place: str | None) -> str | None:
    return next((one["status"] for one in legality or () if one["jurisdiction"] == place), None)


def _causes(connection: Connection, items: Sequence[str]) -> dict[str, tuple[tuple[str, str, int], ...]]:
    table = schema.detections
    query = select(table.c.item_id, table.c.technology, table.c.hashlist, table.c.entry_id)
    found: dict[str, set[tuple[str, str, int]]] = {}
    for row in in_parts(connection, query, table.c.item_id, items):
        found.setdefault(row.item_id, set()).add((row.technology, row.hashlist, row.entry_id))
    return {item: tuple(sorted(causes)) for item, causes in found.items()}


def _stated(connection: Connection, referral: str) -> list[StatedItem]:
    referred, items = schema.referral_items, schema.case_items
    query = (
        select(referred)
        .join(items, items.c.id == referred.c.item_id)
        .where(referred.c.referral_id == referral, referred.c.stated, ~referred.c.withdrawn)
        .order_by(items.c.position)
    )
    return [
        StatedItem(row.item_id, row.verdict, row.file_id, row.feedback, row.feedback_jurisdiction)
        for row in connection.execute(query)
    ]


def _row(row: Row[Any]) -> FeedbackRow:
    return FeedbackRow(
        row.referral_id,
        row.said,
        tuple(row._mapping["items"]),
        row.reference,
        row.said_on,
        row.jurisdiction,
        row.via,
        row.author,
        row.at,
    )
