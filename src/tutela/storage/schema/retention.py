"""Clocks, holds and erasures of evidence; suspended accounts that are kept from returning."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, text

from tutela.storage.columns import Json, UtcTime
from tutela.storage.schema.base import metadata

clock_policy = Table(
    "clock_policy",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("policy", Json, nullable=False),
    Column("table", Json, nullable=False),
    Column("set_at", UtcTime, nullable=False),
)
clocks = Table(
    "clocks",
    metadata,
    Column("case_id", String(36), ForeignKey("cases.id"), primary_key=True),
    Column("identified_at", UtcTime, nullable=False),
    Column("regimes", Json, nullable=False),
    Column("phase", String(12), nullable=False),
    Column("rule", String(63), nullable=False),
    Column("conflict", Boolean, nullable=False),
    Column("due_at", UtcTime),
    Column("erasing", String(36)),
    Column("erased_at", UtcTime),
    Index("ix_clocks_due_at", "due_at", "case_id"),
    Index(
        "ix_clocks_conflict",
        "due_at",
        sqlite_where=text("conflict AND due_at IS NOT NULL"),
        postgresql_where=text("conflict AND due_at IS NOT NULL"),
    ),
    Index(
        "ix_clocks_erasing",
        "case_id",
        sqlite_where=text("erasing IS NOT NULL"),
        postgresql_where=text("erasing IS NOT NULL"),
    ),
)
"""`due_at` is none once the evidence is erased; `erasing` is the certificate of an erasure that is under way."""
holds = Table(
    "holds",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), primary_key=True),
    Column("event", String(36), nullable=False),
    Column("ground", String(24), nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("placed_by", String(128), nullable=False),
    Column("placed_at", UtcTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", String(24)),
    Index("ix_holds_case_id", "case_id"),
    Index("ix_holds_state_until", "state", "until"),
)
certificates = Table(
    "certificates",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("erased_at", UtcTime, nullable=False),
    Column("rule", String(63), nullable=False),
    Column("items", Integer, nullable=False),
    Column("body", Json, nullable=False),
    Index("ix_certificates_case_id", "case_id"),
    Index("ix_certificates_erased_at", "erased_at", "id"),
)
suspensions = Table(
    "suspensions",
    metadata,
    Column("action_id", String(36), ForeignKey("actions.id"), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("state", String(10), nullable=False),
    Column("until", UtcTime),
    Index("ix_suspensions_state_until", "state", "until"),
)
"""`state`: due (to be listed), listed, ended."""
suspended_accounts = Table(
    "suspended_accounts",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("action_id", String(36), primary_key=True),
    Index("ix_suspended_accounts_action_id", "action_id"),
)
"""Keyed identifiers. They are in no event, so that they can go."""

PROJECTIONS: tuple[Table, ...] = (clock_policy, clocks, holds, certificates, suspensions)
