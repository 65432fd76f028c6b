"""Complaints, notices and deferrals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import Json, UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Complaints of before came through the platform, and what they said was not kept."""
    _complaints()
    op.create_table(
        "notices",
        sa.Column("about", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("issued_at", UtcTime, nullable=True),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("link", sa.String(length=32), nullable=True),
        sa.Column("link_expires_at", UtcTime, nullable=True),
        sa.Column("handed_over_at", UtcTime, nullable=True),
        sa.Column("handed_over_in", sa.String(length=80), nullable=False, server_default=sa.text("''")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id")),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name=op.f("fk_notices_action_id")),
        sa.PrimaryKeyConstraint("about", name=op.f("pk_notices")),
        sa.UniqueConstraint("link", name=op.f("uq_notices_link")),
    )
    op.create_index("ix_notices_case_id", "notices", ["case_id"])
    _partial("ix_notices_due", "notices", ["due_at", "about"], "issued_at IS NULL")
    waiting = "issued_at IS NOT NULL AND handed_over_at IS NULL"
    _partial("ix_notices_waiting", "notices", ["issued_at", "about"], waiting)
    op.create_table(
        "deferrals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("authority", sa.String(length=12), nullable=False),
        sa.Column("begins", UtcTime, nullable=False),
        sa.Column("ends", UtcTime, nullable=False),
        sa.Column("author", sa.String(length=128), nullable=False),
        sa.Column("placed_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.Column("ended_by", sa.String(length=128), nullable=True),
        sa.Column("how", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_deferrals_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deferrals")),
    )
    op.create_index("ix_deferrals_case_id", "deferrals", ["case_id"])
    _partial("ix_deferrals_standing", "deferrals", ["ends", "id"], "ended_at IS NULL")
    _access_requests()
    op.create_table(
        "entry_doubts",
        sa.Column("complaint_id", sa.String(length=36), nullable=False),
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_entry_doubts_complaint_id")),
        sa.ForeignKeyConstraint(["item_id"], ["case_items.id"], name=op.f("fk_entry_doubts_item_id")),
        sa.PrimaryKeyConstraint("complaint_id", "item_id", "entry_id", name=op.f("pk_entry_doubts")),
    )
    op.create_index("ix_entry_doubts_entry_id", "entry_doubts", ["entry_id"])
    _one_new_case_of_an_account()
    _from_the_record()


def _one_new_case_of_an_account() -> None:
    # A case that is opened again awaits its decision beside the new one that its account may have.
    op.drop_index("uq_cases_awaiting_account", "cases")
    awaiting = "state IN ('open', 'escalated', 'held') AND account IS NOT NULL AND reopened = 0"
    _partial("uq_cases_awaiting_account", "cases", ["service", "account"], awaiting, unique=True)


def _from_the_record() -> None:
    """Make the rows that follow from what is on record, as `tutela events rebuild` would."""
    columns = ("type", "subject", "id", "occurred_at", "sequence")
    events = sa.table("events", *(sa.column(name) for name in columns), sa.column("data", Json))
    events.c.occurred_at.type = UtcTime()
    complaints = sa.table("complaints", *(sa.column(name) for name in ("id", "action_id", "event", "via")))
    names = ("about", "kind", "case_id", "action_id", "due_at")
    notices = sa.table("notices", *(sa.column(name) for name in names))
    notices.c.due_at.type = UtcTime()
    connection = op.get_bind()
    kinds = ("action.carried_out", "complaint.lodged", "complaint.decided")
    query = sa.select(events).where(events.c.type.in_(kinds)).order_by(events.c.sequence)
    against = {row.id: row.action_id for row in connection.execute(sa.select(complaints.c.id, complaints.c.action_id))}
    for row in connection.execute(query).all():
        due = {"case_id": row.subject, "due_at": row.occurred_at}
        if row.type == "action.carried_out":
            about = {"about": row.data["action"], "kind": "action_taken", "action_id": row.data["action"]}
        elif row.type == "complaint.lodged":
            lodged = complaints.c.id == row.data["complaint"]
            connection.execute(sa.update(complaints).where(lodged).values(event=row.id, via="platform"))
            continue
        else:
            complaint = row.data["complaint"]
            about = {"about": complaint, "kind": "complaint_decided", "action_id": against[complaint]}
        connection.execute(sa.insert(notices).values(**about, **due))


def _complaints() -> None:
    for name, length in (("event", 36), ("via", 10), ("claim", 20), ("answer_event", 36)):
        op.add_column("complaints", sa.Column(name, sa.String(length=length), nullable=True))
    op.add_column("complaints", sa.Column("words", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.create_index("ix_complaints_action_id", "complaints", ["action_id"])
    op.create_index("ix_complaints_decided_at", "complaints", ["decided_at"])
    _partial("ix_complaints_waiting", "complaints", ["lodged_at", "id"], "upheld IS NULL")


def _access_requests() -> None:
    op.create_table(
        "access_requests",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("action_id", sa.String(length=36), nullable=False),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Boolean(), nullable=False),
        sa.Column("requested_at", UtcTime, nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("answer_event", sa.String(length=36), nullable=True),
        sa.Column("answered_by", sa.String(length=128), nullable=True),
        sa.Column("answered_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_access_requests_case_id")),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name=op.f("fk_access_requests_action_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_requests")),
    )
    op.create_index("ix_access_requests_action_id", "access_requests", ["action_id"])
    _partial("ix_access_requests_waiting", "access_requests", ["requested_at", "id"], "answered_at IS NULL")


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    clause = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=clause, postgresql_where=clause)


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
