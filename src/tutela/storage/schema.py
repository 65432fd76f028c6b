"""The tables. The event table is the record; projections follow from it; the rest is what no event carries."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from tutela.storage.columns import Json, UtcTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
_Sequence = BigInteger().with_variant(Integer(), "sqlite")

# The record

events = Table(
    "events",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=True),
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
    sqlite_autoincrement=True,
)

# Projections: each row follows from events, and `tutela events rebuild` makes it again

services = Table(
    "services",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("name", Text, nullable=False),
    Column("type", String(40), nullable=False),
    Column("encryption", String(20), nullable=False),
    Column("region", String(20), nullable=False),
    Column("registered_at", UtcTime, nullable=False),
)
refusals = Table(
    "refusals",
    metadata,
    Column("service", String(63), primary_key=True),
    Column("region", String(10), primary_key=True),
    Column("day", Date, primary_key=True),
)
tallies = Table(
    "tallies",
    metadata,
    Column("event", _Sequence, ForeignKey("events.sequence"), primary_key=True, autoincrement=False),
    Column("row", Integer, primary_key=True),
    Column("batch", String(36), nullable=False),
    Column("day", Date, nullable=False),
    Column("service", String(63), nullable=False),
    Column("regime", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("region", String(10), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("technologies", Text, nullable=False),
    Column("items", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("low_quality", BigInteger, nullable=False),
    Index("ix_tallies_service_day", "service", "day"),
)
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
    Index("ix_cases_state_opened_at", "state", "opened_at", "id"),
    Index(
        "uq_cases_awaiting_account",
        "service",
        "account",
        unique=True,
        sqlite_where=text("state IN ('open', 'escalated') AND account IS NOT NULL"),
        postgresql_where=text("state IN ('open', 'escalated') AND account IS NOT NULL"),
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
    Index("ix_detections_item_id", "item_id"),
    Index("ix_detections_entry_id", "entry_id"),
)
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
    Index("ix_complaints_case_id", "case_id"),
)
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
    Index("ix_referrals_case_id", "case_id"),
    Index("ix_referrals_state", "state", "changed_at"),
)
referral_items = Table(
    "referral_items",
    metadata,
    Column("referral_id", String(36), ForeignKey("referrals.id"), primary_key=True),
    Column("item_id", String(36), ForeignKey("case_items.id"), primary_key=True),
    Column("verdict", String(20), nullable=False),
    Column("file_id", String(64)),
    Column("described", Boolean, nullable=False),
)

PROJECTIONS = (
    services,
    refusals,
    tallies,
    cases,
    case_items,
    detections,
    views,
    actions,
    complaints,
    referrals,
    referral_items,
)
"""In an order in which they can be filled; emptied in the opposite one."""

# What no event carries: the ledger and counts of open batches, lists, people and keys, leases

batches = Table(
    "batches",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("identity", String(64), nullable=False, unique=True),
    Column("service", String(63), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("daily", Boolean, nullable=False),
)
ledger = Table(
    "ledger",
    metadata,
    Column("batch", String(36), ForeignKey("batches.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("outcome", String(20), nullable=False),
)
batch_counts = Table(
    "batch_counts",
    metadata,
    Column("batch", String(36), ForeignKey("batches.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("service", String(63), primary_key=True),
    Column("regime", String(64), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("region", String(10), primary_key=True),
    Column("outcome", String(20), primary_key=True),
    Column("technologies", String(200), primary_key=True),
    Column("items", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("low_quality", BigInteger, nullable=False),
)
hash_revision = Table(
    "hash_revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
)
"""One row. Whoever changes a list counts it up first, which makes changes wait for each other."""
hash_changes = Table(
    "hash_changes",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("stamp", String(36), nullable=False),
)
"""A random name for each revision that ever was: a restored backup that went another way is told by it."""
hash_lists = Table(
    "hash_lists",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("owner", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("classification", String(16)),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default=text("1")),
    Column("role", String(20), nullable=False, server_default=text("'match'")),
)
hash_entries = Table(
    "hash_entries",
    metadata,
    Column("id", _Sequence, primary_key=True, autoincrement=True),
    Column("hashlist", String(63), ForeignKey("hash_lists.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("value", LargeBinary(256), nullable=False),
    Column("classification", String(16)),
    Column("verified_by", Json, nullable=False),
    Column("reference", String(200)),
    Column("added_at", UtcTime, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default=text("1")),
    Column("removed_at", UtcTime),
    UniqueConstraint("hashlist", "kind", "value"),
    Index("ix_hash_entries_kind_revision_id", "kind", "revision", "id"),
    # The few that do not match, so that they are counted without reading the others.
    Index(
        "ix_hash_entries_off",
        "hashlist",
        "kind",
        sqlite_where=text("enabled = 0 OR removed_at IS NOT NULL"),
        postgresql_where=text("NOT enabled OR removed_at IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)
"""An entry is never deleted and never changes its value: a removed one that is imported again is the same row."""
people = Table(
    "people",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("password", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcTime),
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(63), ForeignKey("people.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("used_at", UtcTime, nullable=False),
)
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)
installation = Table(
    "installation",
    metadata,
    Column("id", String(36), primary_key=True),
)
leases = Table(
    "leases",
    metadata,
    Column("referral_id", String(36), ForeignKey("referrals.id"), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", UtcTime, nullable=False),
)
