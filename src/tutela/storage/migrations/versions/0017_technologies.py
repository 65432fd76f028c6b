"""Technologies that the operator's records are about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import Json

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Records of before name none."""
    op.add_column("governance_records", sa.Column("technologies", Json, nullable=True))
    table = sa.table("governance_records", sa.column("technologies", Json))
    op.get_bind().execute(sa.update(table).values(technologies=[]))
    with op.batch_alter_table("governance_records") as batch:
        batch.alter_column("technologies", existing_type=Json, nullable=False)


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
