"""Counts by day, from which the overview draws without reading cases."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, String, Table

from tutela.storage.schema.base import metadata

day_counts = Table(
    "day_counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("service", String(63), primary_key=True),
    Column("layer", String(20), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
    Index("ix_day_counts_name_day", "name", "day"),
)
technology_days = Table(
    "technology_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("technology", String(40), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

PROJECTIONS = (day_counts, technology_days)
