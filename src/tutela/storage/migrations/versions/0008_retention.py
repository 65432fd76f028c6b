"""Clocks, holds and erasures; suspended accounts that are kept from returning.

The cases that are there already get their clocks from `tutela events rebuild` (docs/how-to/retention.md); until then
nothing of them is erased.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import Json, UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "clock_policy",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("policy", Json, nullable=False),
        sa.Column("table", Json, nullable=False),
        sa.Column("set_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_policy")),
    )
    op.create_table(
        "clocks",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("identified_at", UtcTime, nullable=False),
        sa.Column("regimes", Json, nullable=False),
        sa.Column("phase", sa.String(length=12), nullable=False),
        sa.Column("rule", sa.String(length=63), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("due_at", UtcTime, nullable=True),
        sa.Column("erasing", sa.String(length=36), nullable=True),
        sa.Column("erased_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_clocks_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_clocks")),
    )
    op.create_index("ix_clocks_due_at", "clocks", ["due_at", "case_id"], unique=False)
    for name, column, where in (
        ("ix_clocks_conflict", "due_at", "conflict AND due_at IS NOT NULL"),
        ("ix_clocks_erasing", "case_id", "erasing IS NOT NULL"),
    ):
        op.create_index(
            name, "clocks", [column], unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
    op.create_table(
        "holds",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("ground", sa.String(length=24), nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.Column("placed_by", sa.String(length=128), nullable=False),
        sa.Column("placed_at", UtcTime, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_holds_case_id")),
        sa.PrimaryKeyConstraint("id", "case_id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_case_id", "holds", ["case_id"], unique=False)
    op.create_index("ix_holds_state_until", "holds", ["state", "until"], unique=False)
    op.create_table(
        "certificates",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("erased_at", UtcTime, nullable=False),
        sa.Column("rule", sa.String(length=63), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_certificates_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
    )
    op.create_index("ix_certificates_case_id", "certificates", ["case_id"], unique=False)
    op.create_index("ix_certificates_erased_at", "certificates", ["erased_at", "id"], unique=False)
    op.create_table(
        "suspensions",
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("until", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name=op.f("fk_suspensions_action_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_suspensions_case_id")),
        sa.PrimaryKeyConstraint("action_id", name=op.f("pk_suspensions")),
    )
    op.create_index("ix_suspensions_state_until", "suspensions", ["state", "until"], unique=False)
    op.create_table(
        "suspended_accounts",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("digest", "action_id", name=op.f("pk_suspended_accounts")),
    )
    op.create_index("ix_suspended_accounts_action_id", "suspended_accounts", ["action_id"], unique=False)


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
