"""Urgent reports first, and a recipient that refuses everything."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
_TOOK = {
    "sqlite": "UPDATE referrals SET took = strftime('%s', filed_at) - strftime('%s', ordered_at) "
    "WHERE filed_at IS NOT NULL",
    "postgresql": "UPDATE referrals SET took = floor(extract(epoch FROM filed_at)) "
    "- floor(extract(epoch FROM ordered_at)) WHERE filed_at IS NOT NULL",
}
"""Whole seconds from the order to the receipt."""


def upgrade() -> None:
    """Apply. A report is as urgent as its case; what stopped before this version stopped no other."""
    for name in ("urgent", "stops_recipient"):
        op.add_column("referrals", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false")))
    cases = sa.table("cases", sa.column("id", sa.String()), sa.column("urgent", sa.Boolean()))
    referrals = sa.table("referrals", sa.column("case_id", sa.String()), sa.column("urgent", sa.Boolean()))
    of_urgent = sa.exists().where(cases.c.id == referrals.c.case_id, cases.c.urgent)
    op.get_bind().execute(sa.update(referrals).where(of_urgent).values(urgent=True))
    op.add_column("referrals", sa.Column("took", sa.Integer(), nullable=True))
    op.get_bind().execute(sa.text(_TOOK[op.get_bind().dialect.name]))
    due = sa.text("state IN ('ordered', 'open', 'finishing', 'retracting')")
    stopped = sa.text("state = 'stopped'")
    stops = sa.text("stops_recipient = true")
    op.create_index(
        "ix_referrals_stopped",
        "referrals",
        ["urgent", "ordered_at", "id"],
        unique=False,
        sqlite_where=stopped,
        postgresql_where=stopped,
    )
    op.create_index("ix_referrals_times", "referrals", ["ordered_at", "recipient", "state", "took"], unique=False)
    op.create_index("ix_referrals_report_id", "referrals", ["report_id"], unique=False)
    op.create_index(
        "ix_referrals_due",
        "referrals",
        ["urgent", "ordered_at", "id"],
        unique=False,
        sqlite_where=due,
        postgresql_where=due,
    )
    op.create_index(
        "ix_referrals_stops", "referrals", ["recipient"], unique=False, sqlite_where=stops, postgresql_where=stops
    )
