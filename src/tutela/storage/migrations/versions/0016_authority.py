"""The register of a national authority."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Nothing of before is known: no event told of such statements."""
    op.create_table(
        "authority_statements",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("origin", sa.String(length=64), nullable=True),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_statements")),
    )
    op.create_index("ix_authority_statements_subject_sequence", "authority_statements", ["subject", "sequence"])
    op.create_index("ix_authority_statements_number", "authority_statements", ["number"])
    op.create_index("ix_authority_statements_origin", "authority_statements", ["origin"])


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
