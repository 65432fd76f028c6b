"""Hash lists, entries and revisions."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from tutela.storage.columns import Json, UtcTime
from tutela.storage.schema.base import Sequence, metadata

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
    Column("own", Boolean, nullable=False, server_default=text("false")),
)
hash_entries = Table(
    "hash_entries",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
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
    Column("held_back", String(12)),
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
"""An entry is never deleted and never changes its value: a removed one that is imported again is the same row.
`held_back` says why it does not match though it is enabled (detection.hashlists.HeldBack)."""
hash_long_values = Table(
    "hash_long_values",
    metadata,
    Column("kind", String(40), primary_key=True),
    Column("name", LargeBinary(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""The values that are too long for an entry (frames of a clip, the averages of one), by their SHA-256: that is the
value of the entries. Lists share them, and like entries they are never deleted."""
hash_list_counts = Table(
    "hash_list_counts",
    metadata,
    Column("hashlist", String(63), ForeignKey("hash_lists.id"), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("entries", BigInteger, nullable=False),
    Column("off", BigInteger, nullable=False),
    Column("removed", BigInteger, nullable=False),
)
"""How many entries of a kind a list has (without those removed), how many of them do not match, and how many were
removed. Changed with the entries in one transaction: to count millions for each page would take seconds."""

PROJECTIONS: tuple[Table, ...] = ()
