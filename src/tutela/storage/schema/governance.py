"""Policies, privacy reviews, incidents, inspections, and the chain of the audit."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, LargeBinary, String, Table, Text

from tutela.storage.columns import Json, UtcTime
from tutela.storage.schema.base import Sequence, metadata

audit_blocks = Table(
    "audit_blocks",
    metadata,
    Column("number", Sequence, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("sequences", Json, nullable=False),
    Column("leaves", LargeBinary, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""The events of one transaction, linked to those before them. `sequences`: pairs of first and last, in the order of
`leaves`, 32 bytes an event; `hash`: after the last of them. Append-only like the events, and never made again."""
governance_texts = Table(
    "governance_texts",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
)
"""What the operator wrote. An event names it by its digest, so that the chain of the audit covers it."""
governance_records = Table(
    "governance_records",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("review_by", Date),
    Column("answers", Json, nullable=False),
    Column("incident", Json),
    Column("written_by", String(128), nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("reviewed_at", UtcTime),
    Column("retired_at", UtcTime),
    Column("technologies", Json, nullable=False),
    Index("ix_governance_records_retired_at_review_by", "retired_at", "review_by"),
)
"""The last version of each; earlier ones are in their events."""
inspections = Table(
    "inspections",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("authority", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("person", String(63), nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("scope", Json, nullable=False),
    Column("opened_by", String(128), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("pages", Integer, nullable=False),
    Index("ix_inspections_person_ends_at", "person", "ends_at"),
)

PROJECTIONS: tuple[Table, ...] = (governance_records, inspections)
