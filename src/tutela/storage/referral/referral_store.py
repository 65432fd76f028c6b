"""Referrals and the leases of workers on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from tutela.casework import closing
from tutela.events.envelope import NewEvent
from tutela.referral.dispatcher import LeaseLost, Referral
from tutela.storage import schema
from tutela.storage.casework.standing import case_of, standing_of
from tutela.storage.database import upserting
from tutela.storage.record.event_log import EventLog
from tutela.storage.recording import RecordingStore

_DUE = ("ordered", "open", "finishing")


class ReferralStore(RecordingStore):
    """Implements referral.dispatcher.ReferralUnit. `closed` names the recipients to whom nothing may go now."""

    def __init__(self, connection: Connection, log: EventLog, closed: Callable[[Connection], frozenset[str]]) -> None:
        super().__init__(connection, log)
        self._closed = closed

    def claim_next(self, holder: str, now: datetime, until: datetime) -> Referral | None:
        """Lease the longest-waiting referral that is due and free."""
        table, leases = schema.referrals, schema.leases
        closed = self._closed(self._connection)
        query = (
            select(table)
            .outerjoin(leases, leases.c.referral_id == table.c.id)
            .where(table.c.state.in_(_DUE), (leases.c.until.is_(None)) | (leases.c.until <= now))
            .where(table.c.recipient.not_in(closed))
            .order_by(table.c.ordered_at, table.c.id)
            .limit(1)
            .with_for_update(of=table, skip_locked=True)
        )
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        lease = upserting(self._connection, leases).values(referral_id=row.id, holder=holder, until=until)
        leased = self._connection.execute(
            lease.on_conflict_do_update(
                index_elements=["referral_id"],
                set_={"holder": holder, "until": until},
                # PostgreSQL shows a lease that another worker took meanwhile here, and not in the query above.
                where=leases.c.until <= now,
            ).returning(leases.c.holder)
        )
        if leased.one_or_none() is None:
            return None
        return Referral(row.id, row.case_id, row.recipient, row.state, row.attempt, row.report_id, row.failures)

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
