"""Referrals and the leases of workers on them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, false, select, text, true, update

from tutela.casework import closing
from tutela.events.envelope import NewEvent
from tutela.referral.dispatcher import LeaseLost, Referral
from tutela.referral.states import ReferralState
from tutela.storage import schema
from tutela.storage.casework.standing import case_of, standing_of
from tutela.storage.database import upserting
from tutela.storage.record.event_log import EventLog
from tutela.storage.recording import RecordingStore
from tutela.storage.schema.referral import DUE, STOPS


class ReferralStore(RecordingStore):
    """Implements referral.dispatcher.ReferralUnit. `closed` names the recipients to whom nothing may go now."""

    def __init__(self, connection: Connection, log: EventLog, closed: Callable[[Connection], frozenset[str]]) -> None:
        super().__init__(connection, log)
        self._closed = closed

    def claim_next(self, holder: str, now: datetime, until: datetime, but: Collection[str] = ()) -> Referral | None:
        """Lease a referral that is due and free: an urgent one first, else the longest-waiting."""
        kept = self._closed(self._connection).union(but)
        row = self._next(now, kept, urgent=True) or self._next(now, kept, urgent=False)
        if row is None:
            return None
        leases = schema.leases
        lease = upserting(self._connection, leases).values(referral_id=row.id, holder=holder, until=until)
        leased = self._connection.execute(
            lease.on_conflict_do_update(
                index_elements=["referral_id"],
                set_={"holder": holder, "until": until},
                # PostgreSQL shows a lease that another worker took meanwhile here, and not in the query.
                where=leases.c.until <= now,
            ).returning(leases.c.holder)
        )
        if leased.one_or_none() is None:
            return None
        return Referral(
            row.id,
            row.case_id,
            row.recipient,
            row.state,
            row.attempt,
            row.report_id,
            row.failures,
            row.urgent,
            row.target,
            row.place,
        )

    def _next(self, now: datetime, but: Collection[str], *, urgent: bool) -> Row[Any] | None:
        table, leases = schema.referrals, schema.leases
        stopping = schema.referrals.alias("stopping")
        refusing = select(stopping.c.recipient).where(text(f"stopping.{STOPS.text}"))
        query = (
            select(table)
            .outerjoin(leases, leases.c.referral_id == table.c.id)
            .where(
                DUE,
                table.c.urgent == (true() if urgent else false()),
                (leases.c.until.is_(None)) | (leases.c.until <= now),
                # What a person gave up is withdrawn also from one that refuses everything else.
                (table.c.recipient.not_in(refusing)) | (table.c.state == ReferralState.RETRACTING.value),
            )
            .order_by(table.c.ordered_at, table.c.id)
            .limit(1)
            .with_for_update(of=table, skip_locked=True)
        )
        if but:
            query = query.where(table.c.recipient.not_in(sorted(but)))
        return self._connection.execute(query).one_or_none()

    def number_of_another(self, referral: str, recipient: str, place: str, report_id: str) -> bool:
        """Return whether another report has the number, from the same place or from one that no record names."""
        table = schema.referrals
        query = select(table.c.id).where(
            table.c.report_id == report_id,
            table.c.recipient == recipient,
            (table.c.place == place) | table.c.place.is_(None),
            table.c.id != referral,
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def require_lease(self, referral: str, holder: str, now: datetime, until: datetime) -> None:
        """Renew the lease, or raise LeaseLost. One that ran out and that nobody took is still the holder's."""
        table = schema.leases
        renewed = self._connection.execute(
            update(table).where(table.c.referral_id == referral, table.c.holder == holder).values(until=max(now, until))
        )
        if renewed.rowcount != 1:
            raise LeaseLost(f"referral {referral} was taken over by another worker")

    def postpone(self, referral: str, holder: str, until: datetime) -> None:
        """Keep everybody from the referral until a time."""
        table = schema.leases
        self._connection.execute(
            update(table).where(table.c.referral_id == referral, table.c.holder == holder).values(until=until)
        )

    def release(self, referral: str, holder: str) -> None:
        """Give the lease back."""
        table = schema.leases
        self._connection.execute(delete(table).where(table.c.referral_id == referral, table.c.holder == holder))

    def says(self, referral: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return what the report says and withdraws by the present verdicts; locks its case."""
        case_id, recipient = self._case_and_recipient(referral)
        case = case_of(self._connection, case_id, lock=True)
        said = closing.statement(case, standing_of(self._connection, case_id), recipient)
        return frozenset(item.id for item in said.items), frozenset(said.withdrawn)

    def corrections(self, referral: str, now: datetime) -> list[NewEvent]:
        """Return the supplement that is due if the case was decided anew while the report was under way."""
        case_id, recipient = self._case_and_recipient(referral)
        case = case_of(self._connection, case_id, lock=True)
        return closing.correct(case, standing_of(self._connection, case_id), recipient, now)

    def _case_and_recipient(self, referral: str) -> tuple[str, str]:
        table = schema.referrals
        row = self._connection.execute(select(table.c.case_id, table.c.recipient).where(table.c.id == referral)).one()
        return row.case_id, row.recipient
