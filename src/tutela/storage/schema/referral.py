"""Referrals, their items, the leases of workers on them, what recipients said, and what may go to production."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, text

from tutela.storage.columns import Json, UtcTime
from tutela.storage.schema.base import metadata

DUE = text("state IN ('ordered', 'open', 'finishing', 'retracting')")
STOPPED = text("state = 'stopped'")
STOPS = text("stops_recipient = true")
"""Conditions written out: an index over some rows is followed only by who asks in the same words."""
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
    Column("place", Text),
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
    Column("took", Integer),
    Index("ix_referrals_case_id", "case_id"),
    Index("ix_referrals_report_id", "report_id"),
    # In the order in which they are sent; few of all wait.
    Index("ix_referrals_due", "urgent", "ordered_at", "id", sqlite_where=DUE, postgresql_where=DUE),
    Index("ix_referrals_stopped", "urgent", "ordered_at", "id", sqlite_where=STOPPED, postgresql_where=STOPPED),
    Index("ix_referrals_stops", "recipient", sqlite_where=STOPS, postgresql_where=STOPS),
    Index("ix_referrals_times", "ordered_at", "recipient", "state", "took"),
    Index("ix_referrals_state", "state", "changed_at"),
    Index("ix_referrals_ordered_at", "ordered_at", "id"),
    Index("ix_referrals_filed_at", "filed_at", "id"),
)
"""`took`: whole seconds from the order to the receipt."""
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
    Column("feedback", String(20)),
    Column("feedback_jurisdiction", String(2)),
)
"""`feedback`: the latest that the recipient said of the item; nothing where that is unknown."""
leases = Table(
    "leases",
    metadata,
    Column("referral_id", String(36), ForeignKey("referrals.id"), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", UtcTime, nullable=False),
)

feedback = Table(
    "referral_feedback",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("referral_id", String(36), ForeignKey("referrals.id"), nullable=False),
    Column("said", String(20)),
    Column("items", Json, nullable=False),
    Column("reference", String(100)),
    Column("said_on", Date, nullable=False),
    Column("jurisdiction", String(2)),
    Column("via", String(10), nullable=False),
    Column("author", String(128), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Index("ix_referral_feedback_referral_id", "referral_id"),
)
openings = Table(
    "production_openings",
    metadata,
    Column("recipient", String(40), primary_key=True),
    Column("endpoint", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("opened_by", String(128), nullable=False),
    Column("allowed_by", String(128), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_by", String(128)),
    Column("closed_at", UtcTime),
)
statements = Table(
    "statements",
    metadata,
    Column("action_id", String(36), ForeignKey("actions.id"), primary_key=True),
    Column("sent", Boolean, nullable=False),
    Column("code", String(64)),
    Column("retry", Boolean, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Index("ix_statements_sent_changed_at", "sent", "changed_at"),
)
"""`code`: why the statement of an action could not be sent when it was tried last."""

PROJECTIONS = (referrals, referral_items, feedback, openings, statements)
