"""Cases, their items, detections, looks, actions and complaints."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from tutela.storage.columns import Json, UtcTime
from tutela.storage.schema.base import metadata

LANE_CONDITION = "state IN ('open', 'escalated', 'held')"
AWAITING_CONDITION = f"{LANE_CONDITION} AND account IS NOT NULL AND reopened = 0"
"""Of the one case of an account that new items join."""
cases = Table(
    "cases",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("service", String(63), nullable=False),
    Column("account", String(64)),
    Column("layer", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("escalated_by", String(128)),
    Column("reopened", Integer, nullable=False, server_default=text("0")),
    Column("planted", String(10)),
    Column("points", Integer, nullable=False, server_default=text("0")),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("severity", Integer, nullable=False, server_default=text("0")),
    Column("reopened_reason", String(20)),
    Column("reopened_cause", String(64)),
    Column("reopened_at", UtcTime),
    Index("ix_cases_state_opened_at", "state", "opened_at", "id"),
    # What waits, by all that routing looks at: a queue is a few ranges of this index.
    Index(
        "ix_cases_lane",
        "state",
        "severity",
        "layer",
        "service",
        "opened_at",
        "id",
        sqlite_where=text(LANE_CONDITION),
        postgresql_where=text(LANE_CONDITION),
    ),
    Index(
        "uq_cases_awaiting_account",
        "service",
        "account",
        unique=True,
        sqlite_where=text(AWAITING_CONDITION),
        postgresql_where=text(AWAITING_CONDITION),
    ),
)
case_items = Table(
    "case_items",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("service", String(63), nullable=False),
    Column("account", String(64)),
    Column("content", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("region", String(10), nullable=False),
    Column("layer", String(20), nullable=False),
    Column("same_bytes", Boolean, nullable=False),
    Column("flagged_at", UtcTime, nullable=False),
    Column("seen_again", Integer, nullable=False),
    Column("verdict", String(20)),
    Column("classification", String(16)),
    Column("opinion", String(20)),
    Column("decided_by", String(128)),
    Column("decided_at", UtcTime),
    Column("viewed", Boolean),
    Column("ground", String(12)),
    Column("overturned", Boolean, nullable=False, server_default=text("false")),
    Column("signs", Json),
    Column("legality", Json),
    Column("urgent", Boolean),
    UniqueConstraint("case_id", "position"),
    Index("ix_case_items_content_service", "content", "service"),
)
detections = Table(
    "detections",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("item_id", String(36), ForeignKey("case_items.id"), nullable=False),
    Column("technology", String(40), nullable=False),
    Column("version", String(40), nullable=False),
    Column("threshold", Integer, nullable=False),
    Column("hashlist", String(63), nullable=False),
    Column("entry_id", BigInteger, nullable=False),
    Column("distance", Integer, nullable=False),
    Column("orientation", String(24), nullable=False),
    Column("computed", String(24), nullable=False),
    Column("quality", Integer),
    Column("classification", String(16)),
    Column("at", UtcTime, nullable=False),
    Column("counted", String(12)),
    Column("counted_by", BigInteger),
    Index("ix_detections_item_id", "item_id"),
    Index("ix_detections_entry_id_id", "entry_id", "id"),
    Index("ix_detections_entry_id_at", "entry_id", "at", "id"),
)
"""`counted`: as what the decision on the item counts on the record of the entry; `counted_by`: the number of the event
that decided."""
views = Table(
    "views",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("item_id", String(36), ForeignKey("case_items.id"), nullable=False),
    Column("person", String(128), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("shown_at", UtcTime),
    Index("ix_views_item_id_person", "item_id", "person"),
    Index("ix_views_person_at", "person", "at"),
)
actions = Table(
    "actions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("item_id", String(36), ForeignKey("case_items.id")),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("ordered_at", UtcTime, nullable=False),
    Column("cause", String(10), nullable=False, server_default=text("'decision'")),
    Column("reason", String(40)),
    Column("undone_by", String(10)),
    Column("undone_at", UtcTime),
    Column("undone_reason", String(40)),
    Index("ix_actions_case_id", "case_id"),
    Index("ix_actions_state", "state", "ordered_at"),
)
complaints = Table(
    "complaints",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), ForeignKey("cases.id"), nullable=False),
    Column("action_id", String(36), ForeignKey("actions.id"), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("lodged_at", UtcTime, nullable=False),
    Column("upheld", Boolean),
    Column("reason", String(40)),
    Column("decided_by", String(128)),
    Column("decided_at", UtcTime),
    Column("event", String(36)),
    Column("via", String(10)),
    Column("claim", String(20)),
    Column("words", Boolean, nullable=False, server_default=text("false")),
    Column("answer_event", String(36)),
    Column("took", Integer),
    Index("ix_complaints_case_id", "case_id"),
    Index("ix_complaints_action_id", "action_id"),
    # With what the page of complaints adds up of three months, so that it reads this alone.
    Index("ix_complaints_decided_at", "decided_at", "channel", "took"),
    Index(
        "ix_complaints_waiting",
        "lodged_at",
        "id",
        sqlite_where=text("upheld IS NULL"),
        postgresql_where=text("upheld IS NULL"),
    ),
)
"""`took`: whole seconds from the complaint to its decision."""

PROJECTIONS = (cases, case_items, detections, views, actions, complaints)
