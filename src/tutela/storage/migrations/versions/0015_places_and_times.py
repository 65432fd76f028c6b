"""Where the number of a report was given, and how long complaints took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
_TOOK = {
    "sqlite": "UPDATE complaints SET took = strftime('%s', decided_at) - strftime('%s', lodged_at) "
    "WHERE decided_at IS NOT NULL",
    "postgresql": "UPDATE complaints SET took = floor(extract(epoch FROM decided_at)) "
    "- floor(extract(epoch FROM lodged_at)) WHERE decided_at IS NOT NULL",
}
"""Whole seconds from the complaint to its decision."""


def upgrade() -> None:
    """Apply. Of reports that were begun before, nobody recorded where."""
    op.add_column("referrals", sa.Column("place", sa.Text(), nullable=True))
    op.add_column("complaints", sa.Column("took", sa.Integer(), nullable=True))
    op.get_bind().execute(sa.text(_TOOK[op.get_bind().dialect.name]))
    op.drop_index("ix_complaints_decided_at", table_name="complaints")
    op.create_index("ix_complaints_decided_at", "complaints", ["decided_at", "channel", "took"], unique=False)
