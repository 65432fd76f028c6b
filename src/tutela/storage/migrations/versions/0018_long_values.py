"""Long values of entries: the frames of a clip (vPDQ), or its averages (TMK+PDQF)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. No entry of before has one."""
    op.create_table(
        "hash_long_values",
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("name", sa.LargeBinary(32), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
