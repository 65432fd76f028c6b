"""The chain of the audit, policies, reviews, incidents and inspections."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from tutela.events import chain
from tutela.storage.columns import Json, UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
_PAGE = 4096


def upgrade() -> None:
    """Apply, and chain the events that there are: what they say today is what the chain will hold them to."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit_blocks",
        sa.Column("number", number, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequences", Json, nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_blocks")),
    )
    op.create_table(
        "governance_texts",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_governance_texts")),
    )
    op.create_table(
        "governance_records",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("answers", Json, nullable=False),
        sa.Column("incident", Json, nullable=True),
        sa.Column("written_by", sa.String(length=128), nullable=False),
        sa.Column("written_at", UtcTime, nullable=False),
        sa.Column("reviewed_at", UtcTime, nullable=True),
        sa.Column("retired_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_records")),
    )
    op.create_index(
        "ix_governance_records_retired_at_review_by", "governance_records", ["retired_at", "review_by"], unique=False
    )
    op.create_table(
        "inspections",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=63), nullable=False),
        sa.Column("starts_at", UtcTime, nullable=False),
        sa.Column("ends_at", UtcTime, nullable=False),
        sa.Column("scope", Json, nullable=False),
        sa.Column("opened_by", sa.String(length=128), nullable=False),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
    )
    op.create_index("ix_inspections_person_ends_at", "inspections", ["person", "ends_at"], unique=False)
    op.create_index("ix_approvals_asked_by_id", "approvals", ["asked_by", "id"], unique=False)
    # The audit page asks for one person or one type, newest first, among millions.
    op.create_index("ix_events_actor_sequence", "events", ["actor", "sequence"], unique=False)
    op.create_index("ix_events_type_sequence", "events", ["type", "sequence"], unique=False)
    _chain()
    for table in ("audit_blocks", "governance_texts"):
        _append_only(table)


def _append_only(table: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _chain() -> None:
    events = sa.table(
        "events",
        sa.column("sequence", sa.BigInteger()),
        *(sa.column(name, sa.String()) for name in ("id", "type", "subject", "actor")),
        sa.column("version", sa.Integer()),
        sa.column("occurred_at", UtcTime),
        sa.column("recorded_at", UtcTime),
        sa.column("data", Json),
    )
    blocks = sa.table(
        "audit_blocks",
        sa.column("number", sa.BigInteger()),
        sa.column("version", sa.Integer()),
        sa.column("sequences", Json),
        sa.column("leaves", sa.LargeBinary()),
        sa.column("hash", sa.String()),
    )
    connection = op.get_bind()

    def pages() -> Iterator[list[sa.Row[tuple[object, ...]]]]:
        after = 0
        query = sa.select(events).order_by(events.c.sequence).limit(_PAGE)
        while rows := list(connection.execute(query.where(events.c.sequence > after))):
            yield rows
            after = rows[-1].sequence

    head = chain.START
    for number, rows in enumerate(pages(), start=1):
        leaves = [
            chain.leaf(
                chain.canonical(
                    r.sequence, r.id, r.type, r.version, r.subject, r.actor, r.occurred_at, r.recorded_at, r.data
                )
            )
            for r in rows
        ]
        head = chain.link(head, leaves)
        pairs: list[list[int]] = []
        for row in rows:
            if pairs and row.sequence == pairs[-1][1] + 1:
                pairs[-1][1] = row.sequence
            else:
                pairs.append([row.sequence, row.sequence])
        connection.execute(
            sa.insert(blocks).values(
                number=number, version=chain.VERSION, sequences=pairs, leaves=b"".join(leaves), hash=head.hex()
            )
        )


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
