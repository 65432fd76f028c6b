"""Second reviews, golden items, canaries, findings and training records."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, String, Table

from tutela.storage.columns import Json, UtcTime
from tutela.storage.schema.base import metadata

plantings = Table(
    "plantings",
    metadata,
    Column("case_id", String(36), primary_key=True),
    Column("item_id", String(36), nullable=False),
    Column("source_case", String(36), nullable=False),
    Column("source_item", String(36), nullable=False),
)
"""Where the evidence of a planted case lies: it is read there, and never kept twice."""

review_exclusions = Table(
    "review_exclusions",
    metadata,
    Column("case_id", String(36), primary_key=True),
    Column("person", String(128), primary_key=True),
)
second_reviews = Table(
    "second_reviews",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), nullable=False),
    Column("item_id", String(36), nullable=False, unique=True),
    Column("decision_id", String(36), nullable=False),
    Column("person", String(128), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("layer", String(20), nullable=False),
    Column("share_ppm", Integer, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("planted_case", String(36), nullable=False),
    Column("planted_item", String(36), nullable=False),
    Column("state", String(12), nullable=False),
    Column("drawn_at", UtcTime, nullable=False),
    Column("second_person", String(128)),
    Column("second_verdict", String(20)),
    Column("second_at", UtcTime),
    Column("senior_case", String(36)),
    Column("senior_item", String(36)),
    Column("senior", String(128)),
    Column("final_verdict", String(20)),
    Column("settled_at", UtcTime),
    Index("ix_second_reviews_state_drawn_at", "state", "drawn_at"),
    Index("ix_second_reviews_second_at", "second_at"),
)
golden_items = Table(
    "golden_items",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("truth", String(10), nullable=False),
    Column("classification", String(16)),
    Column("kind", String(20), nullable=False),
    Column("added_by", String(128), nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("retired_at", UtcTime),
)
golden_plantings = Table(
    "golden_plantings",
    metadata,
    Column("case_id", String(36), primary_key=True),
    Column("item_id", String(36), nullable=False),
    Column("golden_id", String(36), nullable=False),
    Column("cause", String(36), nullable=False, unique=True),
    Column("planted_at", UtcTime, nullable=False),
    Index("ix_golden_plantings_golden_id", "golden_id"),
    Index("ix_golden_plantings_planted_at", "planted_at"),
)
canaries = Table(
    "canaries",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36)),
    Column("item_id", String(36)),
    Column("state", String(10), nullable=False),
    Column("planted_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("lost_step", String(10)),
    Column("verdict", String(20)),
    Column("orders", Json),
    Index("ix_canaries_state_planted_at", "state", "planted_at"),
)
findings = Table(
    "findings",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("rule", String(40), nullable=False),
    Column("layer", String(20)),
    Column("person", String(128)),
    Column("technology", String(80)),
    Column("edit", String(40)),
    Column("cause", String(36)),
    Column("numerator", BigInteger),
    Column("denominator", BigInteger),
    Column("low_ppm", Integer),
    Column("high_ppm", Integer),
    Column("bound_ppm", Integer),
    Column("raised_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("closed_by", String(128)),
    Column("reason", String(20)),
    Index("ix_findings_closed_at_raised_at", "closed_at", "raised_at"),
)
trainings = Table(
    "trainings",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("person", String(128), nullable=False),
    Column("course", String(40), nullable=False),
    Column("layers", Json, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("recorded_by", String(128), nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("withdrawn_at", UtcTime),
    Index("ix_trainings_person", "person"),
)
recall_runs = Table(
    "recall_runs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("pictures", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Index("ix_recall_runs_at", "at"),
)
recall_rows = Table(
    "recall_rows",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("edit", String(40), primary_key=True),
    Column("technology", String(40), primary_key=True),
    Column("version", String(40), nullable=False),
    Column("found", Integer, nullable=False),
    Column("of", Integer, nullable=False),
)
quality_marks = Table(
    "quality_marks",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("at", UtcTime, nullable=False),
)
"""Up to when the record was followed. No projection: a rebuild leaves it as it is."""

PROJECTIONS = (
    plantings,
    review_exclusions,
    second_reviews,
    golden_items,
    golden_plantings,
    canaries,
    findings,
    trainings,
    recall_runs,
    recall_rows,
)
