"""Referrals, their items, and the leases of workers on them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from tutela.storage.columns import UtcTime
from tutela.storage.schema.base import metadata

DUE = text("state IN ('ordered', 'open', 'finishing', 'retracting')")
STOPS = text("stops_recipient")
referrals = Table(
    "referrals",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("recipient", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("report_id", String(64)),
    Column("target", String(40)),
    Column("stopped_in", String(20)),
    Column("failures", Integer, nullable=False),
    Column("last_error", Text),
    Column("ordered_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("filed_at", UtcTime),
    Column("files", Integer),
    Column("supplements", String(36)),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("stops_recipient", Boolean, nullable=False, server_default=text("false")),
    Index("ix_referrals_case_id", "case_id"),
    Index("ix_referrals_report_id", "report_id"),
    # In the order in which they are sent; few of all wait.
    Index("ix_referrals_due", "urgent", "ordered_at", "id", sqlite_where=DUE, postgresql_where=DUE),
    Index("ix_referrals_stops", "recipient", sqlite_where=STOPS, postgresql_where=STOPS),
    Index("ix_referrals_state", "state", "changed_at"),
    Index("ix_referrals_ordered_at", "ordered_at", "id"),
)
referral_items = Table(
    "referral_items",
    metadata,
    Column("referral_id", String(36), ForeignKey("referrals.id"), primary_key=True),
    Column("item_id", String(36), ForeignKey("case_items.id"), primary_key=True),
    Column("verdict", String(20), nullable=False),
    Column("file_id", String(64)),
    Column("described", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False, server_default=text("false")),
    Column("stated", Boolean, nullable=False, server_default=text("false")),
)
leases = Table(
    "leases",
    metadata,
    Column("referral_id", String(36), ForeignKey("referrals.id"), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", UtcTime, nullable=False),
)

PROJECTIONS = (referrals, referral_items)
