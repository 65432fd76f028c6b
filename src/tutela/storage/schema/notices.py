"""Notices to users, their links, deferrals, and requests for access."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, text

from tutela.storage.columns import UtcTime
from tutela.storage.schema.base import metadata

notices = Table(
    "notices",
    metadata,
    Column("about", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("action_id", String(36), ForeignKey("actions.id"), nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("issued_at", UtcTime),
    Column("language", String(16)),
    Column("link", String(32), unique=True),
    Column("link_expires_at", UtcTime),
    Column("handed_over_at", UtcTime),
    Column("handed_over_in", String(80), nullable=False, server_default=text("''")),
    Index("ix_notices_case_id", "case_id"),
    Index(
        "ix_notices_due",
        "due_at",
        "about",
        sqlite_where=text("issued_at IS NULL"),
        postgresql_where=text("issued_at IS NULL"),
    ),
    Index(
        "ix_notices_waiting",
        "issued_at",
        "about",
        sqlite_where=text("issued_at IS NOT NULL AND handed_over_at IS NULL"),
        postgresql_where=text("issued_at IS NOT NULL AND handed_over_at IS NULL"),
    ),
)
"""One row for each thing to tell a user of, from the moment that there is something to tell."""
deferrals = Table(
    "deferrals",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("event", String(36), nullable=False),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("authority", String(12), nullable=False),
    Column("begins", UtcTime, nullable=False),
    Column("ends", UtcTime, nullable=False),
    Column("author", String(128), nullable=False),
    Column("placed_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("ended_by", String(128)),
    Column("how", String(10)),
    Index("ix_deferrals_case_id", "case_id"),
    Index(
        "ix_deferrals_standing",
        "ends",
        "id",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
access_requests = Table(
    "access_requests",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("event", String(36), nullable=False),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("action_id", String(36), ForeignKey("actions.id"), nullable=False),
    Column("via", String(10), nullable=False),
    Column("words", Boolean, nullable=False),
    Column("requested_at", UtcTime, nullable=False),
    Column("outcome", String(16)),
    Column("answer_event", String(36)),
    Column("answered_by", String(128)),
    Column("answered_at", UtcTime),
    Index("ix_access_requests_action_id", "action_id"),
    Index(
        "ix_access_requests_waiting",
        "requested_at",
        "id",
        sqlite_where=text("answered_at IS NULL"),
        postgresql_where=text("answered_at IS NULL"),
    ),
)
entry_doubts = Table(
    "entry_doubts",
    metadata,
    Column("complaint_id", String(36), ForeignKey("complaints.id"), primary_key=True),
    Column("item_id", String(36), ForeignKey("case_items.id"), primary_key=True),
    Column("entry_id", BigInteger, primary_key=True, autoincrement=False),
    Column("same", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_entry_doubts_entry_id", "entry_id"),
)
"""Entries that an upheld complaint speaks against."""

PROJECTIONS: tuple[Table, ...] = (notices, deferrals, access_requests, entry_doubts)
