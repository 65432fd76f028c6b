"""Second reviews, golden items, canaries, findings and training."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import Json, UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "canaries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("item_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("planted_at", UtcTime, nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.Column("lost_step", sa.String(length=10), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("orders", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canaries")),
    )
    op.create_index("ix_canaries_state_planted_at", "canaries", ["state", "planted_at"], unique=False)
    op.create_table(
        "findings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("layer", sa.String(length=20), nullable=True),
        sa.Column("person", sa.String(length=128), nullable=True),
        sa.Column("technology", sa.String(length=80), nullable=True),
        sa.Column("edit", sa.String(length=40), nullable=True),
        sa.Column("cause", sa.String(length=36), nullable=True),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("low_ppm", sa.Integer(), nullable=True),
        sa.Column("high_ppm", sa.Integer(), nullable=True),
        sa.Column("bound_ppm", sa.Integer(), nullable=True),
        sa.Column("raised_at", UtcTime, nullable=False),
        sa.Column("closed_at", UtcTime, nullable=True),
        sa.Column("closed_by", sa.String(length=128), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_closed_at_raised_at", "findings", ["closed_at", "raised_at"], unique=False)
    op.create_table(
        "golden_items",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("truth", sa.String(length=10), nullable=False),
        sa.Column("classification", sa.String(length=16), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("added_by", sa.String(length=128), nullable=False),
        sa.Column("added_at", UtcTime, nullable=False),
        sa.Column("retired_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_golden_items")),
    )
    op.create_table(
        "golden_plantings",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("golden_id", sa.String(length=36), nullable=False),
        sa.Column("cause", sa.String(length=36), nullable=False),
        sa.Column("planted_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_golden_plantings")),
        sa.UniqueConstraint("cause", name=op.f("uq_golden_plantings_cause")),
    )
    op.create_index("ix_golden_plantings_golden_id", "golden_plantings", ["golden_id"], unique=False)
    op.create_index("ix_golden_plantings_planted_at", "golden_plantings", ["planted_at"], unique=False)
    op.create_table(
        "plantings",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("source_case", sa.String(length=36), nullable=False),
        sa.Column("source_item", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_plantings")),
    )
    op.create_table(
        "quality_marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_quality_marks")),
    )
    op.create_table(
        "recall_rows",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("edit", sa.String(length=40), nullable=False),
        sa.Column("technology", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "edit", "technology", name=op.f("pk_recall_rows")),
    )
    op.create_table(
        "recall_runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_runs")),
    )
    op.create_index("ix_recall_runs_at", "recall_runs", ["at"], unique=False)
    op.create_table(
        "review_exclusions",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "person", name=op.f("pk_review_exclusions")),
    )
    op.create_table(
        "second_reviews",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("layer", sa.String(length=20), nullable=False),
        sa.Column("share_ppm", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("planted_case", sa.String(length=36), nullable=False),
        sa.Column("planted_item", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("drawn_at", UtcTime, nullable=False),
        sa.Column("second_person", sa.String(length=128), nullable=True),
        sa.Column("second_verdict", sa.String(length=20), nullable=True),
        sa.Column("second_at", UtcTime, nullable=True),
        sa.Column("senior_case", sa.String(length=36), nullable=True),
        sa.Column("senior_item", sa.String(length=36), nullable=True),
        sa.Column("senior", sa.String(length=128), nullable=True),
        sa.Column("final_verdict", sa.String(length=20), nullable=True),
        sa.Column("settled_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_reviews")),
        sa.UniqueConstraint("item_id", name=op.f("uq_second_reviews_item_id")),
    )
    op.create_index("ix_second_reviews_second_at", "second_reviews", ["second_at"], unique=False)
    op.create_index("ix_second_reviews_state_drawn_at", "second_reviews", ["state", "drawn_at"], unique=False)
    op.create_table(
        "trainings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("course", sa.String(length=40), nullable=False),
        sa.Column("layers", Json, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(length=128), nullable=False),
        sa.Column("recorded_at", UtcTime, nullable=False),
        sa.Column("withdrawn_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
    )
    op.create_index("ix_trainings_person", "trainings", ["person"], unique=False)


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
