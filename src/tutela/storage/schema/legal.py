"""Requests and orders of authorities, and the cases that each covers."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text

from tutela.storage.columns import Json, UtcTime
from tutela.storage.schema.base import metadata

legal_requests = Table(
    "legal_requests",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("event", String(36), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("does", String(10), nullable=False),
    Column("scope", String(10)),
    Column("authority", String(12), nullable=False),
    Column("country", String(2), nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("entered_at", UtcTime, nullable=False),
    Column("entered_by", String(128), nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("until", UtcTime),
    Column("accounts", Integer, nullable=False),
    Column("reports", Integer, nullable=False),
    Column("unsearched", Json, nullable=False),
    Column("silent_until", UtcTime),
    Column("state", String(10), nullable=False),
    Column("asked", String(36)),
    Column("asked_deed", String(10)),
    Column("hold", String(36)),
    Column("hold_state", String(10)),
    Column("renewals", Integer, nullable=False),
    Column("closed_at", UtcTime),
    Column("closed_by", String(128)),
    Column("outcome", String(12)),
    Column("reason", String(24)),
    Column("digest", String(64)),
    Column("answer_event", String(36)),
    Column("withdrawn_at", UtcTime),
    Column("erased_at", UtcTime),
    Index(
        "ix_legal_requests_waiting",
        "due_at",
        "id",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(
        "ix_legal_requests_details",
        "closed_at",
        "id",
        sqlite_where=text("closed_at IS NOT NULL AND erased_at IS NULL"),
        postgresql_where=text("closed_at IS NOT NULL AND erased_at IS NULL"),
    ),
    Index("ix_legal_requests_hold", "hold"),
)
"""`asked` is the approval that was asked for last, and `asked_deed` what for."""
legal_cases = Table(
    "legal_cases",
    metadata,
    Column("request_id", String(36), ForeignKey("legal_requests.id"), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), primary_key=True),
    Index("ix_legal_cases_case_id", "case_id"),
)

PROJECTIONS: tuple[Table, ...] = (legal_requests, legal_cases)
