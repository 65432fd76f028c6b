"""Batches, the ledger and the running counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, not_, select, text

from tutela.casework.case import CaseState
from tutela.casework.entries.clusters import Cluster, OpenItem
from tutela.casework.ports import Batch, LedgerLine
from tutela.content.item import Outcome
from tutela.events.catalogue.base import Region
from tutela.events.catalogue.intake import TallyRow
from tutela.storage import schema
from tutela.storage.database import upserting
from tutela.storage.lists.list_changes import MATCHES
from tutela.storage.recording import RecordingStore
from tutela.storage.schema.casework import AWAITING_CONDITION
from tutela.storage.schema.entries import entry_records
from tutela.storage.schema.review import claims

AWAITING = ("open", "escalated", "held")
"""The states of a case that more items of its account join."""


class IntakeStore(RecordingStore):
    """Implements casework.ports.IntakeUnit."""

    def open_batch(self, batch: Batch) -> Batch:
        """Return the open batch with this identity, opening this one if there is none."""
        table = schema.batches
        row = self._connection.execute(select(table).where(table.c.identity == batch.identity)).one_or_none()
        if row is not None:
            return _batch(row)
        self._connection.execute(
            insert(table).values(
                id=batch.id,
                identity=batch.identity,
                service=batch.service,
                opened_at=batch.opened_at,
                daily=batch.daily,
            )
        )
        return batch

    def is_open(self, batch: str) -> bool:
        """Return whether the batch is open."""
        table = schema.batches
        return self._connection.execute(select(table.c.id).where(table.c.id == batch)).first() is not None

    def open_batches(self) -> list[Batch]:
        """Return the open batches, oldest first."""
        query = select(schema.batches).order_by(schema.batches.c.opened_at, schema.batches.c.id)
        return [_batch(row) for row in self._connection.execute(query)]

    def ledger(self, batch: str, keys: Collection[str]) -> dict[str, Outcome]:
        """Return how the items of the ledger ended."""
        table = schema.ledger
        wanted = list(keys)
        found: dict[str, Outcome] = {}
        for start in range(0, len(wanted), 500):
            query = select(table.c.key, table.c.outcome).where(
                table.c.batch == batch, table.c.key.in_(wanted[start : start + 500])
            )
            found.update({row.key: Outcome(row.outcome) for row in self._connection.execute(query)})
        return found

    def enter(self, batch: str, lines: Sequence[LedgerLine], counts: Sequence[TallyRow]) -> None:
        """Add items to the ledger and to the running counts."""
        if lines:
            self._connection.execute(
                insert(schema.ledger),
                [{"batch": batch, "key": line.key, "outcome": line.outcome.value} for line in lines],
            )
        table = schema.batch_counts
        for row in counts:
            statement = upserting(self._connection, table).values(
                batch=batch, **{**row.model_dump(), "technologies": ",".join(row.technologies)}
            )
            sums = {name: table.c[name] + statement.excluded[name] for name in ("items", "bytes", "low_quality")}
            self._connection.execute(
                statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=sums)
            )

    def counts(self, batch: str) -> list[TallyRow]:
        """Return the running counts."""
        table = schema.batch_counts
        query = select(table).where(table.c.batch == batch).order_by(*table.primary_key.columns)
        return [
            TallyRow(
                day=row.day,
                service=row.service,
                regime=row.regime,
                kind=row.kind,
                region=row.region,
                outcome=row.outcome,
                technologies=tuple(filter(None, row.technologies.split(","))),
                items=row.items,
                bytes=row.bytes,
                low_quality=row.low_quality,
            )
            for row in self._connection.execute(query)
        ]

    def close_batch(self, batch: str) -> None:
        """Remove the batch, its ledger and its counts."""
        self._connection.execute(delete(schema.ledger).where(schema.ledger.c.batch == batch))
        self._connection.execute(delete(schema.batch_counts).where(schema.batch_counts.c.batch == batch))
        self._connection.execute(delete(schema.batches).where(schema.batches.c.id == batch))

    def awaiting_case(self, service: str, account: str) -> str | None:
        """Return the case of an account that awaits a decision."""
        table = schema.cases
        # One that was opened again is decided as it was, beside a new one of the account. The condition is that of the
        # index, written out: an index over some rows is followed only by who asks for no others.
        query = select(table.c.id).where(
            table.c.service == service, table.c.account == account, text(AWAITING_CONDITION)
        )
        return self._connection.execute(query.with_for_update()).scalar()

    def clusters(self, entries: Collection[int]) -> dict[int, Cluster]:
        """Return what is known of clusters of these entries."""
        table = entry_records
        query = select(table.c.entry_id, table.c.cluster_since, table.c.released_at)
        rows = self._connection.execute(query.where(table.c.entry_id.in_(list(entries))))
        return {row.entry_id: Cluster(row.cluster_since is not None, row.released_at) for row in rows}

    def fired(self, entry: int, after: datetime, up_to: datetime, limit: int) -> int:
        """Return how many items an entry flagged in a span, planted ones aside, counted up to a limit."""
        table, items, cases = schema.detections, schema.case_items, schema.cases
        some = (
            select(table.c.id)
            .join(items, items.c.id == table.c.item_id)
            .join(cases, cases.c.id == items.c.case_id)
            .where(table.c.entry_id == entry, table.c.at > after, table.c.at <= up_to, cases.c.planted.is_(None))
            .limit(limit)
        )
        return self._connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()

    def open_on(self, entry: int, after: datetime | None) -> list[OpenItem]:
        """Return the undecided items in open cases that an entry flagged after a time, in the order of their cases."""
        table, items, cases = schema.detections, schema.case_items, schema.cases
        query = (
            select(items.c.id, items.c.case_id)
            .join(table, table.c.item_id == items.c.id)
            .join(cases, cases.c.id == items.c.case_id)
            .where(table.c.entry_id == entry, items.c.verdict.is_(None))
            .where(cases.c.state == CaseState.OPEN.value, cases.c.planted.is_(None))
            .order_by(items.c.case_id, items.c.id)
            .with_for_update(of=cases)
        )
        if after is not None:
            query = query.where(table.c.at > after)
        case_of = {row.id: row.case_id for row in self._connection.execute(query)}
        entries = self._not_wrong(list(case_of))
        return [OpenItem(case, frozenset(entries[item])) for item, case in case_of.items()]

    def drop_claim(self, case: str) -> None:
        """Let nobody work on a case."""
        self._connection.execute(delete(claims).where(claims.c.case_id == case))

    def case_state(self, case: str) -> CaseState | None:
        """Return the state of a case on record."""
        state = self._connection.execute(select(schema.cases.c.state).where(schema.cases.c.id == case)).scalar()
        return CaseState(state) if state else None

    def _not_wrong(self, items: Sequence[str]) -> dict[str, set[int]]:
        """Return which entries flagged each item, those aside that were found wrong."""
        table = schema.detections
        counts = entry_records.c.state.is_(None) | (entry_records.c.state != "wrong")
        query = select(table.c.item_id, table.c.entry_id).join(
            entry_records, entry_records.c.entry_id == table.c.entry_id, isouter=True
        )
        found: dict[str, set[int]] = defaultdict(set)
        for start in range(0, len(items), 500):
            part = items[start : start + 500]
            for row in self._connection.execute(query.where(table.c.item_id.in_(part), counts)):
                found[row.item_id].add(row.entry_id)
        return found

    def match_no_more(self, entries: Collection[int]) -> set[int]:
        """Return which of these entries may not match now: switched off, held back or removed, or their list is."""
        table, owner = schema.hash_entries, schema.hash_lists
        may = and_(MATCHES, table.c.removed_at.is_(None), owner.c.enabled)
        query = select(table.c.id).join(owner, owner.c.id == table.c.hashlist).where(not_(may))
        wanted = list(entries)
        found: set[int] = set()
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            found.update(self._connection.execute(query.where(table.c.id.in_(part))).scalars())
        return found

    def item_with_content(
        self, service: str, account: str | None, content: str, *, settled_too: bool
    ) -> tuple[str, str] | None:
        """Return the case and item in which this account sent this content: undecided or harmless, or any."""
        table, cases = schema.case_items, schema.cases
        same_account = table.c.account.is_(None) if account is None else table.c.account == account
        query = (
            select(table.c.case_id, table.c.id)
            .where(table.c.content == content, table.c.service == service, same_account)
            .limit(1)
        )
        if not settled_too:
            open_still = cases.c.state.in_(AWAITING)
            query = query.join(cases, cases.c.id == table.c.case_id).where(open_still | (table.c.verdict == "not"))
        row = self._connection.execute(query).one_or_none()
        return (row.case_id, row.id) if row else None

    def refusal_recorded(self, service: str, region: Region, day: date) -> bool:
        """Return whether that refusal is in the record."""
        table = schema.refusals
        query = select(table.c.day).where(table.c.service == service, table.c.region == region, table.c.day == day)
        return self._connection.execute(query).first() is not None


def _batch(row: Any) -> Batch:
    return Batch(row.id, row.identity, row.service, row.opened_at, row.daily)
