"""What recipients say of reports, who let reports go to production, and how statements of reasons stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import Json, UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_events = sa.table(
    "events",
    sa.column("sequence", sa.BigInteger()),
    sa.column("type", sa.String()),
    sa.column("occurred_at", UtcTime),
    sa.column("data", Json),
)


def upgrade() -> None:
    """Apply. The statements that were sent before this version are taken from the record."""
    op.add_column("referral_items", sa.Column("feedback", sa.String(length=20), nullable=True))
    op.add_column("referral_items", sa.Column("feedback_jurisdiction", sa.String(length=2), nullable=True))
    op.create_index("ix_referrals_filed_at", "referrals", ["filed_at", "id"], unique=False)
    op.create_table(
        "referral_feedback",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("referral_id", sa.String(length=36), nullable=False),
        sa.Column("said", sa.String(length=20), nullable=True),
        sa.Column("items", Json, nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("jurisdiction", sa.String(length=2), nullable=True),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.Column("author", sa.String(length=128), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referral_feedback_referral_id_referrals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_feedback")),
    )
    op.create_index("ix_referral_feedback_referral_id", "referral_feedback", ["referral_id"], unique=False)
    op.create_table(
        "production_openings",
        sa.Column("recipient", sa.String(length=40), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("opened_by", sa.String(length=128), nullable=False),
        sa.Column("allowed_by", sa.String(length=128), nullable=False),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("closed_by", sa.String(length=128), nullable=True),
        sa.Column("closed_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("recipient", name=op.f("pk_production_openings")),
    )
    statements = op.create_table(
        "statements",
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("retry", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name=op.f("fk_statements_action_id_actions")),
        sa.PrimaryKeyConstraint("action_id", name=op.f("pk_statements")),
    )
    op.create_index("ix_statements_sent_changed_at", "statements", ["sent", "changed_at"], unique=False)
    query = sa.select(_events).where(_events.c.type == "statement.sent").order_by(_events.c.sequence)
    sent = {
        event.data["action"]: event.occurred_at
        for event in op.get_bind().execute(query.execution_options(yield_per=1000))
    }
    op.bulk_insert(
        statements,
        [
            {"action_id": action, "sent": True, "code": None, "retry": False, "changed_at": at}
            for action, at in sent.items()
        ],
    )


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
