"""Inspections in the database: asked for, opened, looked at, ended."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from tutela.access import approvals as four_eyes
from tutela.access import inspection as inspecting
from tutela.access.inspection import BadInspection, Inspection, Plan
from tutela.access.roles import Permission, Person, Role
from tutela.events.catalogue.governance import InspectionPageOpened
from tutela.events.envelope import Clock, NewEvent
from tutela.events.obstacles import NotThere
from tutela.storage.access import approvals
from tutela.storage.access.inspection_access import inspection_of, present
from tutela.storage.access.people import People
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.rows import events_about
from tutela.storage.schema.access import people
from tutela.storage.schema.governance import inspections
from tutela.storage.schema.record import events

LONGEST_PAGE = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")


class Inspections:
    """What supervisory authorities were and are let in for."""

    def __init__(self, database: Database, known: People, clock: Clock) -> None:
        self._database = database
        self._people = known
        self._clock = clock

    def ask(self, officer: Person, plan: Plan) -> str:
        """Ask another to allow an inspection; return the id of the approval. Raises NotAllowed, BadInspection."""
        now = self._clock()
        inspecting.check(plan, now)
        if not _NAME.fullmatch(plan.person):
            raise BadInspection(
                "%(person)s: the inspector's name has lower-case letters, digits, '.', '_', '-'",
                person=repr(plan.person),
            )
        with self._database.write() as connection:
            roles = connection.execute(select(people.c.roles).where(people.c.id == plan.person)).scalar()
            if roles is not None and roles != [Role.SUPERVISOR.value]:
                raise BadInspection(
                    "%(person)s is somebody of this house: give the inspector another name", person=plan.person
                )
            event = four_eyes.ask(officer, "inspection", inspecting.subject_of(plan), inspecting.facts_of(plan), now)
            EventLog(connection, self._clock).append([event])
        return str(event.payload.model_dump()["approval"])

    def open(self, officer: Person, approval_id: str) -> tuple[Inspection, str]:
        """Open what was allowed; return it and the inspector's password, which is not shown again.

        Raises NotAllowed, NotApproved, BadInspection, LookupError.
        """
        with self._database.write() as connection:
            found = approvals.find(connection, approval_id, lock=True)
            _, opened = EventLog(connection, self._clock).append(inspecting.open_(found, officer, self._clock()))
        inspection = self.one(opened.subject)
        return inspection, self._let_in(inspection, officer)

    def renew_password(self, officer: Person, inspection_id: str) -> str:
        """Return a new password of the inspector while it lasts. Raises NotAllowed, BadInspection, LookupError."""
        officer.require(Permission.MANAGE_GOVERNANCE)
        inspection = self.one(inspection_id)
        if inspection.ended_at is not None or self._clock() >= inspection.plan.until:
            raise BadInspection("it is over already")
        return self._let_in(inspection, officer)

    def end(self, officer: Person, inspection_id: str) -> None:
        """End it now. Raises NotAllowed, BadInspection, LookupError."""
        with self._database.write() as connection:
            query = select(inspections).where(inspections.c.id == inspection_id).with_for_update()
            row = connection.execute(query).one_or_none()
            if row is None:
                raise NotThere("there is no inspection %(inspection)s", inspection=inspection_id)
            event = inspecting.end(inspection_of(row), officer, self._clock())
            EventLog(connection, self._clock).append([event])

    def one(self, inspection_id: str) -> Inspection:
        """Return an inspection; raises LookupError."""
        with self._database.read() as connection:
            query = select(inspections).where(inspections.c.id == inspection_id)
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotThere("there is no inspection %(inspection)s", inspection=inspection_id)
        return inspection_of(row)

    def all(self, limit: int = 100) -> list[Inspection]:
        """Return the newest inspections."""
        with self._database.read() as connection:
            rows = connection.execute(select(inspections).order_by(inspections.c.id.desc()).limit(limit)).all()
        return [inspection_of(row) for row in rows]

    def of_inspectors(self, names: Iterable[str]) -> dict[str, Inspection]:
        """Return of each inspector, by name, the inspection that is open, or else the one that ends last."""
        now = self._clock()
        query = select(inspections).where(inspections.c.person.in_(list(names))).order_by(inspections.c.ends_at)
        found: dict[str, Inspection] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                if row.person not in found or not found[row.person].is_open(now):
                    found[row.person] = inspection_of(row)
        return found

    def pages(self, inspection_id: str, limit: int, before: int | None = None) -> list[tuple[int, datetime, str]]:
        """Return what the inspector opened, newest first: number of the event, time, page."""
        query = select(events.c.sequence, events.c.occurred_at, events.c.data).where(
            events_about(inspection_id, InspectionPageOpened.TYPE)
        )
        if before is not None:
            query = query.where(events.c.sequence < before)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(events.c.sequence.desc()).limit(limit)).all()
        return [(row.sequence, row.occurred_at, row.data["page"]) for row in rows]

    def opened(self, inspector: Person, page: str) -> None:
        """Put on record that an inspector opened a page; nothing for anybody else."""
        if Role.SUPERVISOR not in inspector.roles:
            return
        now = self._clock()
        with self._database.write() as connection:
            inspection = present(connection, inspector.id, now)
            if inspection is not None:
                payload = InspectionPageOpened(page=page[:LONGEST_PAGE])
                EventLog(connection, self._clock).append([NewEvent(payload, inspection.id, now, inspector.id)])

    def _let_in(self, inspection: Inspection, officer: Person) -> str:
        password = secrets.token_urlsafe(15)
        self._people.register(inspecting.inspector_of(inspection.plan), password, officer.id)
        return password
