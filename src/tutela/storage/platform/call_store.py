"""Calls to the platform: the leases of workers, the list that people see, and another try."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, or_, select

from tutela.casework.calls import Call, Caller, CallState, LeaseLost, Sender
from tutela.casework.evidence import EvidenceVault
from tutela.events.catalogue.platform import CallRetryOrdered
from tutela.events.envelope import Clock, NewEvent
from tutela.events.obstacles import NotThere
from tutela.storage.database import Database, upserting
from tutela.storage.platform.call_contents import CallContents
from tutela.storage.record.event_log import EventLog
from tutela.storage.recording import RecordingStore
from tutela.storage.schema.casework import actions
from tutela.storage.schema.platform import call_leases, calls

COUNTED = 1000
"""A page counts no further."""


class CallStore(RecordingStore):
    """Implements casework.calls.CallUnit."""

    def claim_next(self, holder: str, now: datetime, until: datetime) -> Call | None:
        """Lease the call that is due longest and free."""
        query = (
            select(calls)
            .outerjoin(call_leases, call_leases.c.call_id == calls.c.id)
            .where(
                calls.c.state == CallState.WAITING.value,
                calls.c.due_at <= now,
                call_leases.c.until.is_(None) | (call_leases.c.until <= now),
            )
            .order_by(calls.c.due_at, calls.c.id)
            .limit(1)
            .with_for_update(of=calls, skip_locked=True)
        )
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        lease = upserting(self._connection, call_leases).values(call_id=row.id, holder=holder, until=until)
        leased = self._connection.execute(
            lease.on_conflict_do_update(
                index_elements=["call_id"],
                set_={"holder": holder, "until": until},
                where=call_leases.c.until <= now,
            ).returning(call_leases.c.holder)
        )
        if leased.one_or_none() is None:
            return None
        return Call(row.id, row.kind, row.about, row.case_id, row.ordered_at, row.tries)

    def end_lease(self, call: str, holder: str) -> None:
        """Give the lease back; raises LeaseLost."""
        ended = self._connection.execute(
            delete(call_leases).where(call_leases.c.call_id == call, call_leases.c.holder == holder)
        )
        if ended.rowcount != 1:
            raise LeaseLost(f"call {call} was taken over by another worker")

    def retry(self, call: str, actor: str, now: datetime) -> None:
        """Make a call due now. Raises LookupError unless it waits or is dead."""
        query = select(calls.c.case_id).where(
            calls.c.id == call, calls.c.state.in_([CallState.WAITING.value, CallState.DEAD.value])
        )
        case = self._connection.execute(query.with_for_update()).scalar()
        if case is None:
            raise NotThere("there is no call %(call)s that waits or is dead", call=call)
        self._connection.execute(delete(call_leases).where(call_leases.c.call_id == call))
        self.append([NewEvent(CallRetryOrdered(call=call), case, now, actor)])


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as people see it. `due_at` means something while it waits; `action` is the kind of the action, if any."""

    id: str
    kind: str
    about: str
    case_id: str
    state: CallState
    ordered_at: datetime
    due_at: datetime
    tries: int
    last_error: str | None
    changed_at: datetime
    action: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()}


class Calls:
    """The outbox of calls to the platform."""

    def __init__(self, database: Database, vault: EvidenceVault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    @contextmanager
    def calls(self) -> Iterator[CallStore]:
        """Begin a transaction of the caller."""
        with self._database.write() as connection:
            yield CallStore(connection, EventLog(connection, self._clock))

    def caller(self, send: Sender, chance: Callable[[], float], holder: str, tries: int) -> Caller:
        """Return a worker that tries calls, under a name of its own."""
        return Caller(self, CallContents(self._database, self._vault), send, self._clock, chance, holder, tries)

    def newest(
        self, state: CallState | None = None, before: str | None = None, limit: int = 100, *, case: str | None = None
    ) -> list[CallRow]:
        """Return calls, newest first, of one state or one case if asked; from behind the one with the id `before`.

        Raises LookupError for a `before` that is no call.
        """
        query = select(calls, actions.c.kind.label("action")).outerjoin(actions, actions.c.id == calls.c.about)
        query = query.order_by(calls.c.ordered_at.desc(), calls.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(calls.c.state == state.value)
        if case is not None:
            query = query.where(calls.c.case_id == case)
        with self._database.read() as connection:
            if before is not None:
                at = connection.execute(select(calls.c.ordered_at).where(calls.c.id == before)).scalar()
                if at is None:
                    raise NotThere("there is no call %(call)s", call=before)
                query = query.where(or_(calls.c.ordered_at < at, and_(calls.c.ordered_at == at, calls.c.id < before)))
            return [_row(row) for row in connection.execute(query)]

    def counts(self) -> dict[CallState, int]:
        """Return how many calls wait and how many are dead, counted up to `COUNTED` + 1."""
        found = {}
        with self._database.read() as connection:
            for state in (CallState.WAITING, CallState.DEAD):
                some = select(calls.c.id).where(calls.c.state == state.value).limit(COUNTED + 1).subquery()
                found[state] = connection.execute(select(func.count()).select_from(some)).scalar_one()
        return found

    def retry(self, call: str, actor: str) -> None:
        """Make a call due now. Raises LookupError unless it waits or is dead."""
        now = self._clock()
        with self.calls() as unit:
            unit.retry(call, actor, now)

    def retry_dead(self, actor: str, limit: int = COUNTED) -> int:
        """Make the dead calls due now, oldest first; return how many there were, `limit` at most."""
        query = select(calls.c.id).where(calls.c.state == CallState.DEAD.value).order_by(calls.c.due_at, calls.c.id)
        with self._database.read() as connection:
            dead = connection.execute(query.limit(limit)).scalars().all()
        for call in dead:
            self.retry(call, actor)
        return len(dead)


def _row(row: Row[Any]) -> CallRow:
    return CallRow(
        row.id,
        row.kind,
        row.about,
        row.case_id,
        CallState(row.state),
        row.ordered_at,
        row.due_at,
        row.tries,
        row.last_error,
        row.changed_at,
        row.action,
    )
