"""Complaints, notices, deferrals and requests for access, read for a change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from tutela.casework.actions import Action
from tutela.casework.links import Link
from tutela.casework.notices import AccessRequest, Deferral, Notice
from tutela.casework.redress import Complaint
from tutela.casework.redress_ports import Matched
from tutela.events.obstacles import NotThere
from tutela.storage import schema
from tutela.storage.casework.case_store import CaseStore
from tutela.storage.casework.complaint_rows import complaints_against
from tutela.storage.redress.parties import parties_to
from tutela.storage.schema.notices import access_requests, deferrals, notices


class RedressStore(CaseStore):
    """Implements casework.redress_ports.RedressUnit."""

    def complaints_against(self, action: str) -> list[Complaint]:
        """Return every complaint against an action, oldest first."""
        return complaints_against(self._connection, action)

    def parties(self, action: Action, items: Collection[str]) -> frozenset[str]:
        """Return all who ever had a part in an action that rests on these items."""
        return parties_to(self._connection, action, items)

    def matched(self, items: Collection[str]) -> list[Matched]:
        """Return the entries that items matched."""
        table = schema.detections
        columns = select(table.c.item_id, table.c.entry_id, table.c.distance).order_by(table.c.id)
        return [
            Matched(*row) for item in items for row in self._connection.execute(columns.where(table.c.item_id == item))
        ]

    def notice(self, about: str) -> Notice | None:
        """Return the notice about something, locked until the end."""
        query = select(notices).where(notices.c.about == about).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return _notice(row) if row is not None else None

    def due_notices(self, limit: int) -> list[Notice]:
        """Return notices that are due and not deferred, longest due first, locked until the end."""
        standing = select(deferrals.c.case_id).where(deferrals.c.ended_at.is_(None))
        query = (
            select(notices)
            .where(notices.c.issued_at.is_(None), notices.c.case_id.not_in(standing))
            .order_by(notices.c.due_at, notices.c.about)
            .limit(limit)
            .with_for_update()
        )
        return [_notice(row) for row in self._connection.execute(query)]

    def link(self, link_id: str) -> Link | None:
        """Return a link that stands."""
        row = self._connection.execute(select(notices).where(notices.c.link == link_id)).one_or_none()
        return Link(row.link, row.case_id, row.action_id, row.link_expires_at) if row is not None else None

    def told(self, case: str) -> bool:
        """Return whether a notice of an action of the case was issued."""
        query = select(notices.c.about).where(notices.c.case_id == case, notices.c.issued_at.is_not(None))
        return self._connection.execute(query.limit(1)).first() is not None

    def standing_deferral(self, case: str) -> Deferral | None:
        """Return the deferral of a case that has not ended."""
        query = select(deferrals).where(deferrals.c.case_id == case, deferrals.c.ended_at.is_(None))
        row = self._connection.execute(query.with_for_update()).one_or_none()
        return _deferral(row) if row is not None else None

    def deferral(self, deferral_id: str) -> Deferral:
        """Return a deferral, locked until the end; raises LookupError."""
        query = select(deferrals).where(deferrals.c.id == deferral_id).with_for_update()
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotThere("there is no deferral %(deferral)s", deferral=deferral_id)
        return _deferral(row)

    def deferrals_over(self, now: datetime, limit: int) -> list[Deferral]:
        """Return deferrals whose time is over and that have not ended, locked until the end."""
        query = (
            select(deferrals)
            .where(deferrals.c.ended_at.is_(None), deferrals.c.ends <= now)
            .order_by(deferrals.c.ends, deferrals.c.id)
            .limit(limit)
            .with_for_update()
        )
        return [_deferral(row) for row in self._connection.execute(query)]

    def access_request(self, request_id: str) -> AccessRequest:
        """Return a request, locked until the end; raises LookupError."""
        query = select(access_requests).where(access_requests.c.id == request_id).with_for_update()
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotThere("there is no request for access %(request)s", request=request_id)
        return AccessRequest(row.id, row.case_id, row.action_id, row.outcome)

    def access_waits(self, action: str) -> bool:
        """Return whether a request for access after this suspension waits."""
        table = access_requests
        query = select(table.c.id).where(table.c.action_id == action, table.c.answered_at.is_(None))
        return self._connection.execute(query.limit(1)).first() is not None


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        about=row.about,
        kind=row.kind,
        case=row.case_id,
        action=row.action_id,
        due_at=row.due_at,
        issued_at=row.issued_at,
        link=row.link,
        link_expires_at=row.link_expires_at,
        handed_over_in=tuple(row.handed_over_in.split()),
    )


def _deferral(row: Row[Any]) -> Deferral:
    return Deferral(row.id, row.case_id, row.ends, row.ended_at)
