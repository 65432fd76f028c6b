"""The statements of an authority's register, as far as they are looked up one by one; figures read the events."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table

from tutela.storage.schema.base import Sequence, metadata

authority_statements = Table(
    "authority_statements",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("sequence", Sequence, nullable=False),
    Column("subject", String(128), nullable=False),
    Column("number", String(64)),
    Column("origin", String(64)),
    Column("stands", Boolean, nullable=False),
    Index("ix_authority_statements_subject_sequence", "subject", "sequence"),
    Index("ix_authority_statements_number", "number"),
    Index("ix_authority_statements_origin", "origin"),
)
"""`number` and `origin` are those of a report. `stands`: it was neither corrected nor withdrawn."""

PROJECTIONS: tuple[Table, ...] = (authority_statements,)
