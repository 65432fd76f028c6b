"""Holds in the database and in the evidence: placed, extended and lifted by two people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, select

from tutela.access import approvals as four_eyes
from tutela.access.approvals import Approval
from tutela.access.roles import Permission, Person
from tutela.casework import holds as rules
from tutela.casework.case import NoSuchCase, NotPossible
from tutela.casework.evidence import EvidenceGone, HoldRecord, hold_name
from tutela.casework.holds import Deed, Document, Hold
from tutela.events.catalogue.approvals import ApprovalAsked
from tutela.events.catalogue.retention import HoldGround, HoldReason
from tutela.events.envelope import Clock, NewEvent, new_id
from tutela.events.obstacles import NotThere, Obstacle, Phrase
from tutela.storage import schema
from tutela.storage.access import approvals
from tutela.storage.database import Database
from tutela.storage.evidence.vault import Vault
from tutela.storage.record.event_log import EventLog
from tutela.storage.rows import events_about
from tutela.storage.schema.legal import legal_requests
from tutela.storage.schema.record import events
from tutela.storage.schema.retention import clocks, holds


class NoSuchHold(Obstacle, LookupError):
    """There is no hold with this id."""


class Holds:
    """What people do with holds."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def ask(self, person: Person, cases: Sequence[str], *, ground: HoldGround, until: datetime, reference: str) -> str:
        """Ask another person to allow a hold of cases; return the id of the approval.

        `reference` names the document that it rests on; it is kept with the evidence of the first case. Raises
        NotAllowed, NoSuchCase, NotPossible.
        """
        with self._database.write() as connection:
            event = self.asking(connection, person, cases, ground=ground, until=until, reference=reference)
            EventLog(connection, self._clock).append([event])
        return str(event.payload.model_dump()["approval"])

    def asking(
        self,
        connection: Connection,
        person: Person,
        cases: Sequence[str],
        *,
        ground: HoldGround,
        until: datetime,
        reference: str,
        request: str | None = None,
    ) -> NewEvent:
        """Return what is recorded when a hold is asked for in a transaction; `request`: for which legal request.

        Raises as `ask` does.
        """
        person.require(Permission.PLACE_HOLD)
        now, rests_on = self._clock(), rules.document(reference)
        _require_cases(connection, cases)
        self._require_evidence(connection, cases)
        rules.place("", cases, ground, until, person=person.id, now=now)
        facts = rules.facts_to_place(cases, ground, until, rests_on, request)
        event = four_eyes.ask(person, "hold", cases[0], facts, now)
        record = HoldRecord(person=person.id, at=now, reference=rests_on.reference, salt=rests_on.salt)
        self._vault.put(event.subject, hold_name(event.id), record.model_dump_json().encode())
        return event

    def ask_change(
        self,
        person: Person,
        hold_id: str,
        deed: Literal["extend", "lift"],
        *,
        reason: HoldReason,
        until: datetime | None = None,
    ) -> str:
        """Ask another person to allow that a hold is extended or lifted; return the id of the approval.

        Raises NotAllowed, NotPossible (also for one that rests on a legal request, which changes it), NoSuchHold.
        """
        with self._database.write() as connection:
            rests_on = select(legal_requests.c.id).where(legal_requests.c.hold == hold_id)
            if request := connection.execute(rests_on).scalar():
                raise NotPossible(
                    "it rests on the legal request %(request)s: extend it, or take it back, there", request=request
                )
            event = self.asking_change(connection, person, hold_id, deed, reason=reason, until=until)
            EventLog(connection, self._clock).append([event])
        return str(event.payload.model_dump()["approval"])

    def asking_change(
        self,
        connection: Connection,
        person: Person,
        hold_id: str,
        deed: Literal["extend", "lift"],
        *,
        reason: HoldReason,
        until: datetime | None = None,
        request: str | None = None,
    ) -> NewEvent:
        """Return what is recorded when a change is asked for in a transaction. Raises as `ask_change` does."""
        person.require(Permission.PLACE_HOLD)
        now = self._clock()
        if deed == "extend" and until is None:
            raise NotPossible("an extension needs a later end")
        hold = find(connection, hold_id)
        if until is not None:
            rules.extend(hold, until, reason, person=person.id, now=now)
        else:
            rules.lift(hold, reason, person=person.id, now=now)
        facts = rules.facts_to_change(hold, deed, until, reason, request)
        return four_eyes.ask(person, "hold", hold.cases[0], facts, now)

    def place(self, person: Person, approval_id: str) -> str:
        """Place the hold that another person allowed, as it was allowed; return its id.

        Raises NotAllowed, NotApproved, NotPossible, NoSuchCase, LookupError.
        """
        person.require(Permission.PLACE_HOLD)
        now = self._clock()
        with self._database.write() as connection:
            approval, used = self._used(connection, person, approval_id)
            facts, cases = approval.facts, rules.cases_in(approval.facts)
            if facts.get("do") != "place":
                raise NotPossible("another person allowed something else than to place a hold")
            if not cases or "document" not in facts:
                raise NotPossible("it was asked for before cases and document were part of it: ask again")
            _require_cases(connection, cases)
            self._require_evidence(connection, cases)
            _require_wanted(connection, facts)
            asked = self._asked(connection, approval)
            hold, until = new_id(now), datetime.fromisoformat(facts["until"])
            ground = cast(HoldGround, facts["ground"])
            new = rules.place(hold, cases, ground, until, person=person.id, now=now)
            record = HoldRecord(person=person.id, at=now, reference=asked.reference).model_dump_json().encode()
            for event in new:
                self._vault.put(event.subject, hold_name(event.id), record)
            of_request = rules.of_request(facts, hold, person=person.id, now=now)
            EventLog(connection, self._clock).append([used, *new, *of_request])
        return hold

    def extend(self, person: Person, approval_id: str, hold_id: str) -> None:
        """Extend a hold as another person allowed. Raises NotAllowed, NotApproved, NotPossible, NoSuchHold."""
        self._change(person, approval_id, hold_id, "extend")

    def lift(self, person: Person, approval_id: str, hold_id: str) -> None:
        """Lift a hold as another person allowed. Raises NotAllowed, NotApproved, NotPossible, NoSuchHold."""
        self._change(person, approval_id, hold_id, "lift")

    def kept_under(self, approval: Approval) -> tuple[str, str]:
        """Return the case and the name under which the document that an approval is about is kept.

        Raises NoSuchHold, and LookupError for an approval of before it was part of it.
        """
        with self._database.read() as connection:
            if hold := approval.facts.get("hold"):
                query = select(holds).where(holds.c.id == hold).order_by(holds.c.case_id).limit(1)
                row = connection.execute(query).one_or_none()
                if row is None:
                    raise NoSuchHold("there is no hold %(hold)s", hold=hold)
                return row.case_id, hold_name(row.event)
            return approval.subject, hold_name(_asking(connection, approval))

    def _change(self, person: Person, approval_id: str, hold_id: str, deed: Deed) -> None:
        person.require(Permission.PLACE_HOLD)
        now = self._clock()
        with self._database.write() as connection:
            hold = find(connection, hold_id)
            approval, used = self._used(connection, person, approval_id)
            facts = approval.facts
            if (facts.get("do"), facts.get("hold")) != (deed, hold.id):
                raise NotPossible(
                    Phrase("another person allowed something else than to extend it")
                    if deed == "extend"
                    else Phrase("another person allowed something else than to lift it")
                )
            reason = cast(HoldReason, facts["reason"])
            if deed == "extend":
                _require_wanted(connection, facts)
            if deed == "extend":
                new = rules.extend(hold, datetime.fromisoformat(facts["until"]), reason, person=person.id, now=now)
            else:
                new = rules.lift(hold, reason, person=person.id, now=now)
            of_request = rules.of_request(facts, hold.id, person=person.id, now=now)
            EventLog(connection, self._clock).append([used, *new, *of_request])

    def _used(self, connection: Connection, person: Person, approval_id: str) -> tuple[Approval, NewEvent]:
        approval = approvals.find(connection, approval_id, lock=True)
        return approval, four_eyes.use(approval, "hold", approval.subject, person, self._clock())

    def _asked(self, connection: Connection, approval: Approval) -> Document:
        """Return the document that was allowed."""
        try:
            written = self._vault.get(approval.subject, hold_name(_asking(connection, approval)))
        except EvidenceGone as error:
            raise NotPossible("the document that was allowed is gone with the evidence: ask again") from error
        record = HoldRecord.model_validate_json(written)
        found = Document(record.reference, record.salt)
        if found.digest != approval.facts["document"]:
            raise NotPossible("the document is not the one that was allowed: ask again")
        return found

    @staticmethod
    def _require_evidence(connection: Connection, cases: Sequence[str]) -> None:
        going = select(clocks.c.case_id).where(clocks.c.case_id.in_(list(cases)), clocks.c.due_at.is_(None))
        gone = connection.execute(going.with_for_update()).scalars().first()
        if gone is not None:
            raise NotPossible(
                "the evidence of case %(case)s was erased, or is being erased: nothing is left to hold", case=gone
            )


def _require_wanted(connection: Connection, facts: Mapping[str, str]) -> None:
    """Raise NotPossible where the legal request that a hold was asked for was taken back or refused meanwhile."""
    table = legal_requests
    if not (request := facts.get("request")):
        return
    query = select(table.c.state, table.c.withdrawn_at).where(table.c.id == request).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None or row.withdrawn_at is not None or row.state == "refused":
        raise NotPossible("the legal request that it was for was taken back or refused")


def _asking(connection: Connection, approval: Approval) -> str:
    """Return the id of the event by which somebody asked; raises LookupError."""
    query = select(events.c.id, events.c.data).where(events_about(approval.subject, ApprovalAsked.TYPE))
    for row in connection.execute(query):
        if row.data["approval"] == approval.id:
            return str(row.id)
    raise NotThere("nobody asked for %(approval)s", approval=approval.id)


def find(connection: Connection, hold_id: str) -> Hold:
    """Return a hold with its cases, locked; raises NoSuchHold."""
    query = select(holds).where(holds.c.id == hold_id).order_by(holds.c.case_id).with_for_update()
    rows = connection.execute(query).all()
    if not rows:
        raise NoSuchHold("there is no hold %(hold)s", hold=hold_id)
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
    if not wanted:
        raise NoSuchCase("there is no case named")
    if missing:
        raise NoSuchCase("there is no case %(case)s", case=tuple(missing))
