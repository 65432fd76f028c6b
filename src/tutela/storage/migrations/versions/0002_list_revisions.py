"""Lists at scale: revisions that an index follows, removal of entries, harmless lists."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. What is there already has revision 1, so that an index that begins at 0 reads all of it."""
    op.add_column("hash_lists", sa.Column("revision", sa.BigInteger(), nullable=False, server_default=sa.text("1")))
    op.add_column(
        "hash_lists", sa.Column("role", sa.String(length=20), nullable=False, server_default=sa.text("'match'"))
    )
    op.add_column("hash_entries", sa.Column("revision", sa.BigInteger(), nullable=False, server_default=sa.text("1")))
    op.add_column("hash_entries", sa.Column("removed_at", UtcTime, nullable=True))
    op.create_index("ix_hash_entries_kind_revision_id", "hash_entries", ["kind", "revision", "id"], unique=False)
    op.create_index(
        "ix_hash_entries_off",
        "hash_entries",
        ["hashlist", "kind"],
        unique=False,
        sqlite_where=sa.text("enabled = 0 OR removed_at IS NOT NULL"),
        postgresql_where=sa.text("NOT enabled OR removed_at IS NOT NULL"),
    )
    current = op.create_table(
        "hash_revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hash_revision")),
    )
    changes = op.create_table(
        "hash_changes",
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_hash_changes")),
    )
    op.bulk_insert(current, [{"id": 1, "revision": 1}])
    op.bulk_insert(changes, [{"revision": 1, "stamp": secrets.token_hex(18)}])


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
