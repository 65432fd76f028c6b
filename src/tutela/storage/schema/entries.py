"""The quality of list entries: their records, verifications, tasks, held cases, and corrections under way."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, text

from tutela.storage.columns import UtcTime
from tutela.storage.schema.base import metadata

_NONE = text("0")

entry_records = Table(
    "entry_records",
    metadata,
    Column("entry_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hashlist", String(63), nullable=False),
    Column("state", String(12), nullable=False, server_default=text("'active'")),
    Column("confirmed", Integer, nullable=False, server_default=_NONE),
    Column("rejected", Integer, nullable=False, server_default=_NONE),
    Column("lawful", Integer, nullable=False, server_default=_NONE),
    Column("new_material", Integer, nullable=False, server_default=_NONE),
    Column("fresh_confirmed", Integer, nullable=False, server_default=_NONE),
    Column("fresh_rejected", Integer, nullable=False, server_default=_NONE),
    Column("restored_at", BigInteger, nullable=False, server_default=_NONE),
    Column("told_confirmed", Integer, nullable=False, server_default=_NONE),
    Column("told_rejected", Integer, nullable=False, server_default=_NONE),
    Column("told_wrong", Boolean, nullable=False, server_default=text("false")),
    Column("reason", String(24)),
    Column("kind", String(40)),
    Column("case_id", String(36)),
    Column("item_id", String(36)),
    Column("added_by", String(128)),
    Column("added_at", UtcTime),
    Column("cluster_since", UtcTime),
    Column("cluster_items", Integer),
    Column("cluster_usual", Integer),
    Column("released_at", UtcTime),
    Index("ix_entry_records_hashlist_state", "hashlist", "state", "entry_id"),
    Index("ix_entry_records_item_id", "item_id"),
)
"""An entry that somebody decided about. `fresh_...` count decisions after `restored_at`, the number of an event;
`told_...` is what the owner of the list has been told; `kind` to `added_at` are given for own entries alone."""
entry_verifications = Table(
    "entry_verifications",
    metadata,
    Column("entry_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person", String(128), primary_key=True),
    Column("at", UtcTime, nullable=False),
)
entry_tasks = Table(
    "entry_tasks",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("entry_id", BigInteger, nullable=False),
    Column("hashlist", String(63), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("closed_by", String(128)),
    Index(
        "uq_entry_tasks_open",
        "entry_id",
        "kind",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(
        "ix_entry_tasks_waiting",
        "kind",
        "opened_at",
        "id",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)
"""What waits for a person, by the id of the event that asked for it: a verification, a suspension, a cluster."""
held_cases = Table(
    "held_cases",
    metadata,
    Column("case_id", String(36), ForeignKey("cases.id"), primary_key=True),
    Column("entry_id", BigInteger, nullable=False),
    Column("held_at", UtcTime, nullable=False),
    Index("ix_held_cases_entry_id", "entry_id", "case_id"),
)
entry_corrections = Table(
    "entry_corrections",
    metadata,
    Column("entry_id", BigInteger, primary_key=True, autoincrement=False),
    Column("found_at", UtcTime, nullable=False),
    Column("event", BigInteger, nullable=False),
    Column("cause", String(128)),
    Column("after", String(36), nullable=False),
    Column("done", Boolean, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("items", Integer, nullable=False),
    Column("undecided", Integer, nullable=False),
    Column("harmless", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Index(
        "ix_entry_corrections_due",
        "found_at",
        sqlite_where=text("NOT done"),
        postgresql_where=text("NOT done"),
    ),
)
"""How far the correction of a wrong entry has come: what comes after the detection `after` is still to be done."""

PROJECTIONS: tuple[Table, ...] = (entry_records, entry_verifications, entry_tasks, held_cases, entry_corrections)
