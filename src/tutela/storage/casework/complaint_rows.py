"""Complaints in the database, as their rules see them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from tutela.casework.redress import Complaint
from tutela.events.obstacles import NotThere
from tutela.storage import schema


def find_complaint(connection: Connection, complaint_id: str, *, lock: bool = False) -> Complaint:
    """Return a complaint, locked if asked; raises LookupError."""
    query = select(schema.complaints).where(schema.complaints.c.id == complaint_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotThere("there is no complaint %(complaint)s", complaint=complaint_id)
    return _complaint(row)


def complaints_against(connection: Connection, action: str) -> list[Complaint]:
    """Return every complaint against an action, oldest first."""
    table = schema.complaints
    query = select(table).where(table.c.action_id == action).order_by(table.c.lodged_at, table.c.id)
    return [_complaint(row) for row in connection.execute(query)]


def _complaint(row: Row[Any]) -> Complaint:
    return Complaint(row.id, row.case_id, row.action_id, row.channel, row.lodged_at, row.upheld, row.decided_by)
