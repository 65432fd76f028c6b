"""Requests and orders of authorities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import Json, UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Nothing of before is known: no event told of such requests."""
    op.create_table(
        "legal_requests",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("does", sa.String(length=10), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=True),
        sa.Column("authority", sa.String(length=12), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("received_at", UtcTime, nullable=False),
        sa.Column("entered_at", UtcTime, nullable=False),
        sa.Column("entered_by", sa.String(length=128), nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("until", UtcTime, nullable=True),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("unsearched", Json, nullable=False),
        sa.Column("silent_until", UtcTime, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked", sa.String(length=36), nullable=True),
        sa.Column("asked_deed", sa.String(length=10), nullable=True),
        sa.Column("hold", sa.String(length=36), nullable=True),
        sa.Column("hold_state", sa.String(length=10), nullable=True),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("closed_at", UtcTime, nullable=True),
        sa.Column("closed_by", sa.String(length=128), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("answer_event", sa.String(length=36), nullable=True),
        sa.Column("withdrawn_at", UtcTime, nullable=True),
        sa.Column("erased_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_requests")),
    )
    op.create_index(
        "ix_legal_requests_waiting",
        "legal_requests",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_legal_requests_details",
        "legal_requests",
        ["closed_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NOT NULL AND erased_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NOT NULL AND erased_at IS NULL"),
    )
    op.create_index("ix_legal_requests_hold", "legal_requests", ["hold"], unique=False)
    op.create_table(
        "legal_cases",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["legal_requests.id"], name=op.f("fk_legal_cases_request_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_legal_cases_case_id")),
        sa.PrimaryKeyConstraint("request_id", "case_id", name=op.f("pk_legal_cases")),
    )
    op.create_index("ix_legal_cases_case_id", "legal_cases", ["case_id"], unique=False)


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
