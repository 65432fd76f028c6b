"""What waits for a second pair of eyes."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from tutela.storage.columns import Json, UtcTime
from tutela.storage.schema.base import metadata

approvals = Table(
    "approvals",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("facts", Json, nullable=False),
    Column("asked_by", String(128), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("decided_by", String(128)),
    Column("decided_at", UtcTime),
    Column("used_at", UtcTime),
    Index("ix_approvals_state_asked_at", "state", "asked_at"),
    Index("ix_approvals_asked_by_id", "asked_by", "id"),
)

PROJECTIONS: tuple[Table, ...] = (approvals,)
