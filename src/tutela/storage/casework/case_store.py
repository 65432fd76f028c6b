"""Cases, actions and complaints, read for a change."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from tutela.casework.actions import Action
from tutela.casework.case import Case
from tutela.casework.closing import Standing
from tutela.casework.looks import Look, NoSuchView
from tutela.casework.quality.eligibility import Training
from tutela.casework.redress import Complaint
from tutela.events.catalogue.casework import ItemDecided
from tutela.events.envelope import Event, NewEvent
from tutela.storage import schema
from tutela.storage.casework.complaint_rows import find_complaint
from tutela.storage.casework.standing import case_of, find_action, standing_of
from tutela.storage.quality.quality_rows import training_of
from tutela.storage.record.event_log import EventLog
from tutela.storage.recording import RecordingStore
from tutela.storage.schema.quality import review_exclusions, trainings


class CaseStore(RecordingStore):
    """Implements casework.ports.CaseUnit and casework.looks.DeskUnit.

    `refuted` are the items that were decided to be none in this transaction: what flagged them may be in doubt now.
    """

    def __init__(self, connection: Connection, log: EventLog) -> None:
        super().__init__(connection, log)
        self.refuted: list[str] = []

    def append(self, events: Sequence[NewEvent]) -> list[Event]:
        """Record events and update the projections."""
        payloads = [event.payload for event in events]
        self.refuted += [p.item for p in payloads if isinstance(p, ItemDecided) and p.verdict == "not"]
        return super().append(events)

    def case(self, case_id: str, *, lock: bool = False) -> Case:
        """Return a case; raises NoSuchCase."""
        return case_of(self._connection, case_id, lock=lock)

    def standing(self, case_id: str) -> Standing:
        """Return what was ordered on a case so far."""
        return standing_of(self._connection, case_id)

    def has_viewed(self, case_id: str, item_id: str, person: str) -> bool:
        """Return whether the item was shown to that person."""
        table = schema.views
        query = select(table.c.id).where(
            table.c.case_id == case_id,
            table.c.item_id == item_id,
            table.c.person == person,
            table.c.shown_at.is_not(None),
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def look(self, view_id: str, *, lock: bool = False) -> Look:
        """Return a look; raises NoSuchView."""
        query = select(schema.views).where(schema.views.c.id == view_id)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NoSuchView("there is no look %(look)s", look=view_id)
        return Look(row.id, row.case_id, row.item_id, row.person, row.shown_at is not None)

    def trainings(self, person: str) -> list[Training]:
        """Return the trainings of a person."""
        rows = self._connection.execute(select(trainings).where(trainings.c.person == person))
        return [training_of(row) for row in rows]

    def excluded(self, case_id: str) -> frozenset[str]:
        """Return who may not take a case."""
        table = review_exclusions
        query = select(table.c.person).where(table.c.case_id == case_id)
        return frozenset(self._connection.execute(query).scalars())

    def action(self, action_id: str, *, lock: bool = False) -> Action:
        """Return an action; raises LookupError."""
        return find_action(self._connection, action_id, lock=lock)

    def complaint(self, complaint_id: str, *, lock: bool = False) -> Complaint:
        """Return a complaint; raises LookupError."""
        return find_complaint(self._connection, complaint_id, lock=lock)
