"""The quality of list entries: own lists, what is held back, records, tasks, counts kept with the lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Detections get the time of their item, the decisions on record are counted, lists are counted once."""
    _lists()
    _detections()
    _tables()
    _count_decisions()


def _lists() -> None:
    op.add_column("hash_lists", sa.Column("own", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("hash_entries", sa.Column("held_back", sa.String(length=12), nullable=True))
    counts = op.create_table(
        "hash_list_counts",
        sa.Column("hashlist", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("off", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["hashlist"], ["hash_lists.id"], name=op.f("fk_hash_list_counts_hashlist")),
        sa.PrimaryKeyConstraint("hashlist", "kind", name=op.f("pk_hash_list_counts")),
    )
    held = sa.table(
        "hash_entries",
        sa.column("hashlist", sa.String()),
        sa.column("kind", sa.String()),
        sa.column("enabled", sa.Boolean()),
        sa.column("removed_at", UtcTime),
    )
    gone = held.c.removed_at.is_not(None)
    there = sa.case((gone, 0), else_=1)
    off = sa.case((sa.and_(sa.not_(held.c.enabled), sa.not_(gone)), 1), else_=0)
    grouped = sa.select(
        held.c.hashlist, held.c.kind, sa.func.sum(there), sa.func.sum(off), sa.func.sum(sa.case((gone, 1), else_=0))
    ).group_by(held.c.hashlist, held.c.kind)
    op.execute(sa.insert(counts).from_select(["hashlist", "kind", "entries", "off", "removed"], grouped))


def _detections() -> None:
    op.add_column("detections", sa.Column("at", UtcTime, nullable=True))
    op.add_column("detections", sa.Column("counted", sa.String(length=12), nullable=True))
    op.add_column("detections", sa.Column("counted_by", sa.BigInteger(), nullable=True))
    detections = sa.table("detections", sa.column("item_id", sa.String()), sa.column("at", UtcTime))
    items = sa.table("case_items", sa.column("id", sa.String()), sa.column("flagged_at", UtcTime))
    flagged = sa.select(items.c.flagged_at).where(items.c.id == detections.c.item_id).scalar_subquery()
    op.execute(sa.update(detections).values(at=flagged))
    with op.batch_alter_table("detections") as batch:
        batch.alter_column("at", existing_type=UtcTime, nullable=False)
    op.create_index("ix_detections_entry_id_at", "detections", ["entry_id", "at", "id"], unique=False)
    # An account whose case was opened again may have another that waits.
    op.drop_index("uq_cases_awaiting_account", "cases")
    awaiting = sa.text("state IN ('open', 'escalated', 'held') AND account IS NOT NULL AND reopened = 0")
    op.create_index(
        "uq_cases_awaiting_account",
        "cases",
        ["service", "account"],
        unique=True,
        sqlite_where=awaiting,
        postgresql_where=awaiting,
    )


def _tables() -> None:
    none, no = sa.text("0"), sa.text("false")
    op.create_table(
        "entry_records",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashlist", sa.String(length=63), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False, server_default=sa.text("'active'")),
        *(
            sa.Column(name, sa.Integer(), nullable=False, server_default=none)
            for name in ("confirmed", "rejected", "lawful", "new_material", "fresh_confirmed", "fresh_rejected")
        ),
        sa.Column("restored_at", sa.BigInteger(), nullable=False, server_default=none),
        sa.Column("told_confirmed", sa.Integer(), nullable=False, server_default=none),
        sa.Column("told_rejected", sa.Integer(), nullable=False, server_default=none),
        sa.Column("told_wrong", sa.Boolean(), nullable=False, server_default=no),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("item_id", sa.String(length=36), nullable=True),
        sa.Column("added_by", sa.String(length=128), nullable=True),
        sa.Column("added_at", UtcTime, nullable=True),
        sa.Column("cluster_since", UtcTime, nullable=True),
        sa.Column("cluster_items", sa.Integer(), nullable=True),
        sa.Column("cluster_usual", sa.Integer(), nullable=True),
        sa.Column("released_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_records")),
    )
    op.create_index("ix_entry_records_hashlist_state", "entry_records", ["hashlist", "state", "entry_id"], unique=False)
    op.create_index("ix_entry_records_item_id", "entry_records", ["item_id"], unique=False)
    op.create_table(
        "entry_verifications",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "person", name=op.f("pk_entry_verifications")),
    )
    waiting = sa.text("closed_at IS NULL")
    op.create_table(
        "entry_tasks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("hashlist", sa.String(length=63), nullable=False),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("closed_at", UtcTime, nullable=True),
        sa.Column("closed_by", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_tasks")),
    )
    op.create_index(
        "uq_entry_tasks_open",
        "entry_tasks",
        ["entry_id", "kind"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index(
        "ix_entry_tasks_waiting",
        "entry_tasks",
        ["kind", "opened_at", "id"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "held_cases",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("held_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_held_cases_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_held_cases")),
    )
    op.create_index("ix_held_cases_entry_id", "held_cases", ["entry_id", "case_id"], unique=False)
    due = sa.text("NOT done")
    op.create_table(
        "entry_corrections",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("found_at", UtcTime, nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=128), nullable=True),
        sa.Column("after", sa.String(length=36), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("cases", "items", "undecided", "harmless", "kept")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_corrections")),
    )
    op.create_index(
        "ix_entry_corrections_due",
        "entry_corrections",
        ["found_at"],
        unique=False,
        sqlite_where=due,
        postgresql_where=due,
    )


def _count_decisions() -> None:
    """Count the decisions that stand, as `tutela events rebuild` would."""
    detections = sa.table(
        "detections",
        *(sa.column(name) for name in ("id", "item_id", "entry_id", "hashlist", "counted", "counted_by")),
    )
    items = sa.table("case_items", *(sa.column(name) for name in ("id", "case_id", "verdict", "ground")))
    cases = sa.table("cases", sa.column("id"), sa.column("planted"))
    verdict = (
        sa.select(
            sa.case(
                (items.c.verdict == "known", "confirmed"),
                (items.c.verdict == "new", "new"),
                (sa.and_(items.c.verdict == "not", items.c.ground == "lawful_here"), "lawful"),
                (items.c.verdict == "not", "rejected"),
            )
        )
        .join_from(items, cases, cases.c.id == items.c.case_id)
        .where(items.c.id == detections.c.item_id, cases.c.planted.is_(None))
        .scalar_subquery()
    )
    # Which event decided is of interest only after an entry was restored, which none was yet.
    op.execute(sa.update(detections).values(counted=verdict))
    op.execute(sa.update(detections).where(detections.c.counted.is_not(None)).values(counted_by=1))
    records = sa.table(
        "entry_records",
        *(
            sa.column(name)
            for name in (
                "entry_id",
                "hashlist",
                "confirmed",
                "rejected",
                "lawful",
                "new_material",
                "fresh_confirmed",
                "fresh_rejected",
            )
        ),
    )

    def number(what: str) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((detections.c.counted == what, 1), else_=0))

    counted = (
        sa.select(
            detections.c.entry_id,
            sa.func.min(detections.c.hashlist),
            number("confirmed"),
            number("rejected"),
            number("lawful"),
            number("new"),
            number("confirmed"),
            number("rejected"),
        )
        .where(detections.c.counted.is_not(None))
        .group_by(detections.c.entry_id)
    )
    op.execute(sa.insert(records).from_select([c.name for c in records.c], counted))


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
