"""States of cases that can be opened again, planted and held cases; what was said and undone; calls; approvals."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import Json, UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. The index of cases that await a decision comes anew, since held ones now belong to it."""
    no, none = sa.text("false"), sa.text("0")
    op.add_column("cases", sa.Column("reopened", sa.Integer(), nullable=False, server_default=none))
    op.add_column("cases", sa.Column("planted", sa.String(length=10), nullable=True))
    op.add_column("case_items", sa.Column("ground", sa.String(length=12), nullable=True))
    op.add_column("referrals", sa.Column("supplements", sa.String(length=36), nullable=True))
    op.add_column("referral_items", sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=no))
    op.drop_index("uq_cases_awaiting_account", "cases")
    awaiting = sa.text("state IN ('open', 'escalated', 'held') AND account IS NOT NULL")
    op.create_index(
        "uq_cases_awaiting_account",
        "cases",
        ["service", "account"],
        unique=True,
        sqlite_where=awaiting,
        postgresql_where=awaiting,
    )
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("asked_by", sa.String(length=128), nullable=False),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=128), nullable=True),
        sa.Column("decided_at", UtcTime, nullable=True),
        sa.Column("used_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index("ix_approvals_state_asked_at", "approvals", ["state", "asked_at"], unique=False)
    _split_compliance()
    _what_was_said_and_undone()
    _calls()


def _what_was_said_and_undone() -> None:
    no = sa.text("false")
    op.add_column("case_items", sa.Column("overturned", sa.Boolean(), nullable=False, server_default=no))
    op.add_column(
        "actions", sa.Column("cause", sa.String(length=10), nullable=False, server_default=sa.text("'decision'"))
    )
    op.add_column("actions", sa.Column("reason", sa.String(length=40), nullable=True))
    op.add_column("actions", sa.Column("undone_by", sa.String(length=10), nullable=True))
    op.add_column("actions", sa.Column("undone_at", UtcTime, nullable=True))
    op.add_column("actions", sa.Column("undone_reason", sa.String(length=40), nullable=True))
    op.add_column("referral_items", sa.Column("stated", sa.Boolean(), nullable=False, server_default=no))
    text = sa.String()
    events = sa.table("events", *_named(id=text, type=text, subject=text, occurred_at=UtcTime, data=Json))
    actions = sa.table("actions", *_named(id=text, item_id=text, undone_by=text, undone_at=UtcTime))
    complaints = sa.table("complaints", *_named(action_id=text, upheld=sa.Boolean()))
    items = sa.table("case_items", *_named(id=text, overturned=sa.Boolean()))
    referrals = sa.table("referrals", *_named(id=text, state=text, report_id=text))
    referred = sa.table("referral_items", *_named(referral_id=text, stated=sa.Boolean()))
    connection = op.get_bind()
    # Until now an attempt said all that was ordered, and only complaints had an action undone.
    begun = sa.select(referrals.c.id).where(referrals.c.report_id.is_not(None))
    connection.execute(sa.update(referred).where(referred.c.referral_id.in_(begun)).values(stated=True))
    upheld = (
        sa.select(actions.c.item_id)
        .join(complaints, complaints.c.action_id == actions.c.id)
        .where(complaints.c.upheld, actions.c.item_id.is_not(None))
    )
    connection.execute(sa.update(items).where(items.c.id.in_(upheld)).values(overturned=True))
    undone = sa.select(events.c.occurred_at, events.c.data).where(events.c.type == "action.reversal_ordered")
    for at, data in connection.execute(undone).all():
        connection.execute(
            sa.update(actions).where(actions.c.id == data["action"]).values(undone_by="complaint", undone_at=at)
        )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ordered_at", UtcTime, nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=64), nullable=True),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_calls_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index("ix_calls_state_due_at", "calls", ["state", "due_at"], unique=False)
    op.create_index("ix_calls_state_ordered_at_id", "calls", ["state", "ordered_at", "id"], unique=False)
    op.create_index("ix_calls_ordered_at_id", "calls", ["ordered_at", "id"], unique=False)
    op.create_index("ix_calls_case_id", "calls", ["case_id"], unique=False)
    op.create_table(
        "call_leases",
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_leases")),
    )
    text = sa.String()
    events = sa.table(
        "events", *_named(id=text, type=text, subject=text, occurred_at=UtcTime, data=Json, sequence=sa.BigInteger())
    )
    waiting = _named(
        id=text, kind=text, about=text, case_id=text, state=text, ordered_at=UtcTime, due_at=UtcTime,
        tries=sa.Integer(), changed_at=UtcTime,
    )  # fmt: skip
    calls = sa.table("calls", *waiting)
    # What was ordered before there were calls is told too: what the platform has confirmed since is not sent.
    about = {"action.ordered": "action", "action.reversal_ordered": "action", "complaint.decided": "complaint"}
    connection = op.get_bind()
    for event in connection.execute(sa.select(events).where(events.c.type.in_(about))).all():
        values = {"id": event.id, "kind": event.type, "about": event.data[about[event.type]], "case_id": event.subject}
        at = dict.fromkeys(("ordered_at", "due_at", "changed_at"), event.occurred_at)
        connection.execute(sa.insert(calls).values(**values, **at, state="waiting", tries=0))


def _named(**types: Any) -> list[sa.ColumnClause[Any]]:
    return [sa.column(name, type_) for name, type_ in types.items()]


def _split_compliance() -> None:
    # What "compliance" could do is now the work of three roles.
    people = sa.table("people", sa.column("id", sa.String()), sa.column("roles", Json))
    connection = op.get_bind()
    for person, roles in connection.execute(sa.select(people.c.id, people.c.roles)).all():
        if "compliance" in roles:
            kept = {*roles, "complaints_officer", "referral_officer", "auditor"} - {"compliance"}
            connection.execute(sa.update(people).where(people.c.id == person).values(roles=sorted(kept)))


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
