"""Claims on cases, skips and breaks."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from tutela.storage.columns import UtcTime
from tutela.storage.schema.base import metadata

claims = Table(
    "claims",
    metadata,
    Column("case_id", String(36), primary_key=True),
    Column("person", String(128), nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("ticket", String(36), nullable=False),
    Column("assigned_by", String(128)),
    Index("ix_claims_person", "person", "until"),
)
"""Follows from no event: a claim ends by itself. Without a key to its case, so that a rebuild leaves it."""
skips = Table(
    "skips",
    metadata,
    Column("case_id", String(36), ForeignKey("cases.id"), primary_key=True),
    Column("person", String(128), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Index("ix_skips_person", "person", "at"),
)
breaks = Table(
    "breaks",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("person", String(128), nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("cause", String(20), nullable=False),
    Index("ix_breaks_person", "person", "began_at"),
)

PROJECTIONS: tuple[Table, ...] = (skips, breaks)
