"""The desk: severity and urgency, claims, skips, breaks, and what a decision says beside its verdict."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import Json, UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. What waits already is as grave as its items' layers make it: older detections name no class."""
    none, no = sa.text("0"), sa.text("false")
    op.add_column("cases", sa.Column("points", sa.Integer(), nullable=False, server_default=none))
    op.add_column("cases", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=no))
    op.add_column("cases", sa.Column("severity", sa.Integer(), nullable=False, server_default=none))
    op.add_column("cases", sa.Column("reopened_reason", sa.String(length=20), nullable=True))
    op.add_column("cases", sa.Column("reopened_cause", sa.String(length=64), nullable=True))
    op.add_column("cases", sa.Column("reopened_at", UtcTime, nullable=True))
    op.add_column("case_items", sa.Column("signs", Json, nullable=True))
    op.add_column("case_items", sa.Column("legality", Json, nullable=True))
    op.add_column("case_items", sa.Column("urgent", sa.Boolean(), nullable=True))
    op.add_column("detections", sa.Column("classification", sa.String(length=16), nullable=True))
    _fill()
    waiting = sa.text("state IN ('open', 'escalated', 'held')")
    op.create_index(
        "ix_cases_lane",
        "cases",
        ["state", "severity", "layer", "service", "opened_at", "id"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.drop_index("ix_detections_entry_id", "detections")
    op.create_index("ix_detections_entry_id_id", "detections", ["entry_id", "id"], unique=False)
    op.create_index("ix_views_person_at", "views", ["person", "at"], unique=False)
    op.create_table(
        "claims",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("since", UtcTime, nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("assigned_by", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_claims")),
    )
    op.create_index("ix_claims_person", "claims", ["person", "until"], unique=False)
    op.create_table(
        "skips",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_skips_case_id")),
        sa.PrimaryKeyConstraint("case_id", "person", name=op.f("pk_skips")),
    )
    op.create_index("ix_skips_person", "skips", ["person", "at"], unique=False)
    op.create_table(
        "breaks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("began_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breaks")),
    )
    op.create_index("ix_breaks_person", "breaks", ["person", "began_at"], unique=False)


def _fill() -> None:
    cases = sa.table(
        "cases", sa.column("id"), sa.column("points", sa.Integer()), sa.column("severity", sa.Integer()),
        sa.column("reopened", sa.Integer()),
    )  # fmt: skip
    items = sa.table(
        "case_items", sa.column("case_id"), sa.column("layer"), sa.column("verdict"), sa.column("signs", Json),
        sa.column("legality", Json), sa.column("urgent", sa.Boolean()),
    )  # fmt: skip
    connection = op.get_bind()
    for layer, points in (("known", 1), ("new", 3), ("solicitation", 4)):
        of_layer = sa.select(items.c.case_id).where(items.c.layer == layer)
        connection.execute(sa.update(cases).where(cases.c.id.in_(of_layer)).values(points=points))
    more = sa.case((cases.c.reopened > 0, 1), else_=0)
    connection.execute(sa.update(cases).where(cases.c.points > 0).values(severity=cases.c.points + more))
    decided = items.c.verdict.is_not(None)
    connection.execute(sa.update(items).where(decided).values(signs=[], legality=[], urgent=False))


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
