"""Urgent reports first, and a recipient that refuses everything."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. A report is as urgent as its case; what stopped before this version stopped no other."""
    for name in ("urgent", "stops_recipient"):
        op.add_column("referrals", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false")))
    cases = sa.table("cases", sa.column("id", sa.String()), sa.column("urgent", sa.Boolean()))
    referrals = sa.table("referrals", sa.column("case_id", sa.String()), sa.column("urgent", sa.Boolean()))
    of_urgent = sa.exists().where(cases.c.id == referrals.c.case_id, cases.c.urgent)
    op.get_bind().execute(sa.update(referrals).where(of_urgent).values(urgent=True))
    due = sa.text("state IN ('ordered', 'open', 'finishing', 'retracting')")
    stops = sa.text("stops_recipient")
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
