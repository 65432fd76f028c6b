"""Services, refusals and tallies; the ledger and counts of open batches."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from tutela.storage.columns import UtcTime
from tutela.storage.schema.base import Sequence, metadata

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
    Column("event", Sequence, ForeignKey("events.sequence"), primary_key=True, autoincrement=False),
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

PROJECTIONS = (services, refusals, tallies)
