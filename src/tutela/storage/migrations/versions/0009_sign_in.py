"""Second factors, OpenID Connect and limits of sign-in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Sessions end: those that were open had proved less than some now must."""
    op.add_column("people", sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("people", sa.Column("totp", sa.LargeBinary(), nullable=True))
    op.add_column("people", sa.Column("totp_offered", sa.LargeBinary(), nullable=True))
    op.add_column("people", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.add_column("people", sa.Column("openid", sa.String(length=64), nullable=True))
    op.create_index("uq_people_openid", "people", ["openid"], unique=True)
    op.add_column("api_keys", sa.Column("expires_at", UtcTime, nullable=True))
    op.add_column("api_keys", sa.Column("last_used_at", UtcTime, nullable=True))
    op.create_table(
        "recovery_codes",
        sa.Column("person", sa.String(length=63), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_recovery_codes_person")),
        sa.PrimaryKeyConstraint("person", "digest", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "openid_attempts",
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("begun_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_openid_attempts")),
    )
    op.drop_table("sessions")
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=63), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("used_at", UtcTime, nullable=False),
        sa.Column("step", sa.String(length=20), nullable=True),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_sessions_person")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
        sa.UniqueConstraint("id", name=op.f("uq_sessions_id")),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"], unique=False)


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
