"""Calls to the platform that wait, and how they ended; and the leases of workers on them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from tutela.storage.columns import UtcTime
from tutela.storage.schema.base import metadata

calls = Table(
    "calls",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("about", String(36), nullable=False),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("ordered_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("last_error", String(64)),
    Column("changed_at", UtcTime, nullable=False),
    Index("ix_calls_state_due_at", "state", "due_at"),
    Index("ix_calls_state_ordered_at_id", "state", "ordered_at", "id"),
    Index("ix_calls_ordered_at_id", "ordered_at", "id"),
    Index("ix_calls_case_id", "case_id"),
)
call_leases = Table(
    "call_leases",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", UtcTime, nullable=False),
)
"""Not made from events, so it refers to no call: rebuilding the projections leaves it alone."""

PROJECTIONS: tuple[Table, ...] = (calls,)
