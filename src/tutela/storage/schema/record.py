"""The record: the table of events."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from tutela.storage.columns import Json, UtcTime
from tutela.storage.schema.base import Sequence, metadata

events = Table(
    "events",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("type", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("subject", String(128), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("occurred_at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("data", Json, nullable=False),
    Index("ix_events_type_occurred_at", "type", "occurred_at"),
    Index("ix_events_subject_sequence", "subject", "sequence"),
    Index("ix_events_actor_sequence", "actor", "sequence"),
    Index("ix_events_type_sequence", "type", "sequence"),
    sqlite_autoincrement=True,
)

PROJECTIONS: tuple[Table, ...] = ()
