"""Holds in the database and in the evidence: placed, extended and lifted by two people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, select

from tutela.access import approvals as four_eyes
from tutela.access.approvals import Approval
from tutela.access.roles import Permission, Person
from tutela.casework import holds as rules
from tutela.casework.case import NoSuchCase, NotPossible
from tutela.casework.evidence import HoldRecord, hold_name
from tutela.casework.holds import Deed, Hold
from tutela.events.catalogue.retention import HoldGround, HoldReason
from tutela.events.envelope import Clock, NewEvent, new_id
from tutela.storage import schema
from tutela.storage.access import approvals
from tutela.storage.database import Database
from tutela.storage.evidence.vault import Vault
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.retention import clocks, holds


class NoSuchHold(LookupError):
    """There is no hold with this id."""


class Holds:
    """What people do with holds."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def ask(
        self,
        person: Person,
        deed: Deed,
        cases: Sequence[str],
        *,
        ground: HoldGround | None = None,
        until: datetime | None = None,
        reason: HoldReason | None = None,
    ) -> str:
        """Ask another person to allow it; return the id of the approval. Raises NotAllowed, NoSuchCase."""
        person.require(Permission.PLACE_HOLD)
        facts = rules.facts_of(deed, ground=ground, until=until, reason=reason, cases=cases)
        with self._database.write() as connection:
            _require_cases(connection, cases)
            event = four_eyes.ask(person, "hold", rules.subject_of(cases), facts, self._clock())
            EventLog(connection, self._clock).append([event])
        return str(event.payload.model_dump()["approval"])

    def place(self, person: Person, approval_id: str, cases: Sequence[str], reference: str) -> str:
        """Place the hold that another person allowed; return its id.

        Raises NotAllowed, NotApproved, NotPossible, NoSuchCase, LookupError.
        """
        person.require(Permission.PLACE_HOLD)
        now = self._clock()
        with self._database.write() as connection:
            approval, used = self._used(connection, person, approval_id, cases)
            ground, end = approval.facts.get("ground"), approval.facts.get("until")
            if approval.facts.get("do") != "place" or ground is None or end is None:
                raise NotPossible("another person allowed something else than to place a hold")
            _require_cases(connection, cases)
            self._require_evidence(connection, cases)
            hold, until = new_id(now), datetime.fromisoformat(end)
            events = rules.place(hold, cases, cast(HoldGround, ground), until, reference, person=person.id, now=now)
            record = HoldRecord(person=person.id, at=now, reference=reference.strip()).model_dump_json().encode()
            for event in events:
                self._vault.put(event.subject, hold_name(event.id), record)
            EventLog(connection, self._clock).append([used, *events])
        return hold

    def extend(self, person: Person, approval_id: str, hold_id: str) -> None:
        """Extend a hold as another person allowed. Raises NotAllowed, NotApproved, NotPossible, NoSuchHold."""
        self._change(person, approval_id, hold_id, "extend")

    def lift(self, person: Person, approval_id: str, hold_id: str) -> None:
        """Lift a hold as another person allowed. Raises NotAllowed, NotApproved, NotPossible, NoSuchHold."""
        self._change(person, approval_id, hold_id, "lift")

    def _change(self, person: Person, approval_id: str, hold_id: str, deed: Deed) -> None:
        person.require(Permission.PLACE_HOLD)
        now = self._clock()
        with self._database.write() as connection:
            hold = find(connection, hold_id)
            approval, used = self._used(connection, person, approval_id, hold.cases)
            reason = cast(HoldReason, approval.facts.get("reason", "renewed"))
            if approval.facts.get("do") != deed:
                raise NotPossible(f"another person allowed something else than to {deed} it")
            if deed == "extend":
                until = datetime.fromisoformat(approval.facts.get("until", now.isoformat()))
                events = rules.extend(hold, until, reason, person=person.id, now=now)
            else:
                events = rules.lift(hold, reason, person=person.id, now=now)
            EventLog(connection, self._clock).append([used, *events])

    def _used(
        self, connection: Connection, person: Person, approval_id: str, cases: Sequence[str]
    ) -> tuple[Approval, NewEvent]:
        approval = approvals.find(connection, approval_id, lock=True)
        return approval, four_eyes.use(approval, "hold", rules.subject_of(cases), person, self._clock())

    @staticmethod
    def _require_evidence(connection: Connection, cases: Sequence[str]) -> None:
        going = select(clocks.c.case_id).where(clocks.c.case_id.in_(list(cases)), clocks.c.due_at.is_(None))
        gone = connection.execute(going.with_for_update()).scalars().first()
        if gone is not None:
            raise NotPossible(f"the evidence of case {gone} was erased, or is being erased: nothing is left to hold")


def find(connection: Connection, hold_id: str) -> Hold:
    """Return a hold with its cases, locked; raises NoSuchHold."""
    query = select(holds).where(holds.c.id == hold_id).order_by(holds.c.case_id).with_for_update()
    rows = connection.execute(query).all()
    if not rows:
        raise NoSuchHold(f"there is no hold {hold_id}")
    return hold_of(rows[0], tuple(row.case_id for row in rows))


def hold_of(row: Any, cases: tuple[str, ...]) -> Hold:
    """Return a hold from a row of its table."""
    return Hold(
        id=row.id,
        cases=cases,
        ground=row.ground,
        until=row.until,
        placed_by=row.placed_by,
        placed_at=row.placed_at,
        state=row.state,
        event=row.event,
    )


def _require_cases(connection: Connection, cases: Sequence[str]) -> None:
    wanted = set(cases)
    table = schema.cases
    # Locked first, as an erasure locks it: a hold comes before it, or too late, and never halfway.
    query = select(table.c.id).where(table.c.id.in_(sorted(wanted))).order_by(table.c.id).with_for_update()
    missing = sorted(wanted - set(connection.execute(query).scalars()))
    if missing or not wanted:
        raise NoSuchCase(f"there is no case {', '.join(missing) or 'named'}")
