"""Cases, actions and complaints, read for a change."""

from __future__ import annotations

from sqlalchemy import select

from tutela.casework.case import Case, CaseItem, CaseState, NoSuchCase
from tutela.casework.looks import Look, NoSuchView
from tutela.casework.redress import Action, ActionState, Complaint
from tutela.storage import schema
from tutela.storage.recording import RecordingStore


class CaseStore(RecordingStore):
    """Implements casework.ports.CaseUnit and casework.looks.DeskUnit."""

    def case(self, case_id: str, *, lock: bool = False) -> Case:
        """Return a case; raises NoSuchCase."""
        query = select(schema.cases).where(schema.cases.c.id == case_id)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NoSuchCase(f"there is no case {case_id}")
        items = self._connection.execute(
            select(schema.case_items)
            .where(schema.case_items.c.case_id == case_id)
            .order_by(schema.case_items.c.position)
        )
        return Case(
            id=row.id,
            service=row.service,
            account=row.account,
            layer=row.layer,
            state=CaseState(row.state),
            opened_at=row.opened_at,
            items=tuple(
                CaseItem(
                    id=item.id,
                    kind=item.kind,
                    region=item.region,
                    layer=item.layer,
                    same_bytes=item.same_bytes,
                    verdict=item.verdict,
                    classification=item.classification,
                    decided_by=item.decided_by,
                    decided_at=item.decided_at,
                )
                for item in items
            ),
        )

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
            raise NoSuchView(f"there is no look {view_id}")
        return Look(row.id, row.case_id, row.item_id, row.person, row.shown_at is not None)

    def action(self, action_id: str, *, lock: bool = False) -> Action:
        """Return an action; raises LookupError."""
        query = select(schema.actions).where(schema.actions.c.id == action_id)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise LookupError(f"there is no action {action_id}")
        items = schema.case_items
        deciders = select(items.c.decided_by).where(items.c.case_id == row.case_id, items.c.decided_by.is_not(None))
        if row.item_id is not None:
            deciders = deciders.where(items.c.id == row.item_id)
        return Action(
            id=row.id,
            case=row.case_id,
            kind=row.kind,
            item=row.item_id,
            state=ActionState(row.state),
            decided_by=frozenset(self._connection.execute(deciders).scalars()),
        )

    def complaint(self, complaint_id: str, *, lock: bool = False) -> Complaint:
        """Return a complaint; raises LookupError."""
        query = select(schema.complaints).where(schema.complaints.c.id == complaint_id)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise LookupError(f"there is no complaint {complaint_id}")
        return Complaint(row.id, row.case_id, row.action_id, row.channel, row.lodged_at, row.upheld)
