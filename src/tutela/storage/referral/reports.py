"""Reports as an office sees them: dead letters, another try, giving one up, and how long reports take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, false, func, select, true

from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.referral import (
    ReferralRetracted,
    ReferralRetractOrdered,
    ReferralRetryOrdered,
    RetractReason,
    RetryReason,
)
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.events.obstacles import NotThere
from tutela.referral.states import ENDS, ReferralState
from tutela.referral.times import ReportRules, Times, Way, times
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.referral import DUE, STOPPED, STOPS

COUNTED = 1000
"""A page counts no further."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What of all reports needs a look now. Numbers are counted up to `COUNTED` + 1.

    `refusing` are the recipients of which every report waits until somebody looked at one that was stopped.
    """

    open: int
    dead: int
    overdue: int
    oldest: datetime | None
    refusing: tuple[str, ...]


class Reports:
    """The office of reports."""

    def __init__(self, database: Database, clock: Clock, rules: ReportRules) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules

    def retry(self, referral: str, actor: str, reason: RetryReason) -> None:
        """Make a report due now that failed or was stopped. Raises LookupError where there is none such."""
        now = self._clock()
        with self._database.write() as connection:
            case_id = self._failed(connection, referral).case_id
            self._append(connection, ReferralRetryOrdered(referral=referral, reason=reason), case_id, now, actor)

    def retract(self, referral: str, actor: str, reason: RetractReason) -> None:
        """Give a report up that failed or was stopped. Raises LookupError where there is none such.

        Where its recipient may hold something of it, that is withdrawn by the dispatcher; it ends as filed if the
        recipient says that it was finished.
        """
        now = self._clock()
        with self._database.write() as connection:
            row = self._failed(connection, referral)
            if row.state == ReferralState.RETRACTING:
                raise NotThere(
                    "report %(referral)s is given up already; its recipient is being asked", referral=referral
                )
            ordered = ReferralRetractOrdered(referral=referral, reason=reason)
            self._append(connection, ordered, row.case_id, now, actor)
            if row.report_id is None:
                self._append(connection, ReferralRetracted(referral=referral), row.case_id, now, SYSTEM)

    def standing(self) -> Standing:
        """Return what needs a look now."""
        table, now = schema.referrals, self._clock()
        old = table.c.ordered_at < now - self._rules.limit
        with self._database.read() as connection:

            def count(*where: Any) -> int:
                some = select(table.c.id).where(*where).limit(COUNTED + 1).subquery()
                return connection.execute(select(func.count()).select_from(some)).scalar_one()

            oldest = [
                connection.execute(
                    select(table.c.ordered_at).where(*where).order_by(table.c.ordered_at, table.c.id).limit(1)
                ).scalar()
                for state in (DUE, STOPPED)
                for where in ((state, table.c.urgent == false()), (state, table.c.urgent == true()))
            ]
            refusing = connection.execute(select(table.c.recipient).where(STOPS).distinct().order_by(table.c.recipient))
            dead = count(STOPPED)
            return Standing(
                open=min(COUNTED + 1, count(DUE) + dead),
                dead=dead,
                overdue=min(COUNTED + 1, count(DUE, old) + count(STOPPED, old)),
                oldest=min((at for at in oldest if at is not None), default=None),
                refusing=tuple(refusing.scalars()),
            )

    def times(self, start: datetime, end: datetime) -> list[Times]:
        """Return how long the reports take that were ordered from `start` until before `end`, by recipient."""
        table = schema.referrals
        within = (table.c.ordered_at >= start, table.c.ordered_at < end)
        # All states, so that the index that holds all of this is read and no other.
        by = (table.c.recipient, table.c.state, table.c.took)
        grouped = select(*by, func.count().label("reports")).where(*within).group_by(*by)
        ended = [state.value for state in ENDS]
        waiting = select(table.c.recipient, table.c.ordered_at).where(*within, table.c.state.not_in(ended))
        with self._database.read_one_moment() as connection:
            rows = [row for row in connection.execute(grouped) if row.state in ended]
            ways = [Way(row.recipient, row.took, None, row.reports) for row in rows]
            ways += [Way(row.recipient, None, row.ordered_at) for row in connection.execute(waiting)]
        return times(ways, self._clock(), self._rules.limit)

    def _append(self, connection: Connection, payload: Payload, case: str, now: datetime, actor: str) -> None:
        EventLog(connection, self._clock).append([NewEvent(payload, case, now, actor)])

    @staticmethod
    def _failed(connection: Connection, referral: str) -> Row[str, str, str | None]:
        """Return a report that failed, with nobody holding it any more: who did, finds its next record refused."""
        table, leases = schema.referrals, schema.leases
        query = select(table.c.case_id, table.c.state, table.c.report_id).where(
            table.c.id == referral,
            table.c.state.not_in([state.value for state in ENDS]),
            table.c.last_error.is_not(None),
        )
        row = connection.execute(query.with_for_update()).one_or_none()
        if row is None:
            raise NotThere("there is no failed or stopped report %(referral)s", referral=referral)
        connection.execute(delete(leases).where(leases.c.referral_id == referral))
        return row
