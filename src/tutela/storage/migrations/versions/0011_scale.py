"""Counts by day, and indexes for a million cases."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from tutela.storage.columns import Json, UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OF_CASES = {
    "item.flagged": "items_flagged",
    "item.seen_again": "items_repeated",
    "complaint.lodged": "complaints_lodged",
    "referral.filed": "reports_filed",
}
_WITHIN = (
    ("within_1h", 1),
    ("within_4h", 4),
    ("within_12h", 12),
    ("within_1d", 24),
    ("within_3d", 72),
    ("within_7d", 168),
)
_events = sa.table(
    "events",
    sa.column("sequence", sa.BigInteger()),
    sa.column("type", sa.String()),
    sa.column("subject", sa.String()),
    sa.column("occurred_at", UtcTime),
    sa.column("data", Json),
)


def upgrade() -> None:
    """Apply. What happened before this version is counted from the record."""
    counts = op.create_table(
        "day_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("service", sa.String(length=63), nullable=False),
        sa.Column("layer", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "service", "layer", "name", name=op.f("pk_day_counts")),
    )
    op.create_index("ix_day_counts_name_day", "day_counts", ["name", "day"], unique=False)
    technologies = op.create_table(
        "technology_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("technology", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "technology", "version", "name", name=op.f("pk_technology_days")),
    )
    op.create_index("ix_referrals_ordered_at", "referrals", ["ordered_at", "id"], unique=False)
    of_days: Counter[tuple[date, str, str, str]] = Counter()
    of_technologies: Counter[tuple[date, str, str, str]] = Counter()
    _count(op.get_bind(), of_days, of_technologies)
    columns = ("day", "service", "layer", "name")
    op.bulk_insert(counts, [dict(zip(columns, key, strict=True), value=n) for key, n in sorted(of_days.items())])
    columns = ("day", "technology", "version", "name")
    op.bulk_insert(
        technologies, [dict(zip(columns, key, strict=True), value=n) for key, n in sorted(of_technologies.items())]
    )


def _count(
    connection: sa.Connection,
    of_days: Counter[tuple[date, str, str, str]],
    of_technologies: Counter[tuple[date, str, str, str]],
) -> None:
    cases: dict[str, tuple[str, str]] = {}
    flagged: dict[str, datetime] = {}
    used: dict[str, set[tuple[str, str]]] = {}
    wanted = [*_OF_CASES, "case.opened", "case.closed", "complaint.decided", "detection.recorded", "item.decided"]
    query = sa.select(_events).where(_events.c.type.in_(wanted)).order_by(_events.c.sequence)
    for event in connection.execute(query.execution_options(yield_per=1000)):
        data, day = event.data, event.occurred_at.date()
        match event.type:
            case "case.opened":
                cases[event.subject] = (data["service"], data["layer"])
                name = "cases_opened"
            case "case.closed":
                name = f"cases_{data['end']}"
            case "complaint.decided":
                name = "complaints_upheld" if data["upheld"] else "complaints_rejected"
            case "detection.recorded":
                used.setdefault(data["item"], set()).add((data["technology"], data["version"]))
                continue
            case "item.decided":
                name = {"known": "decided_known", "new": "decided_new"}.get(data["verdict"], "decided_error")
                waited = event.occurred_at - flagged[data["item"]]
                hours = [bucket for bucket, limit in _WITHIN if waited <= timedelta(hours=limit)]
                of_days[day, *cases[event.subject], hours[0] if hours else "later"] += 1
                for technology, version in used.get(data["item"], ()):
                    of_technologies[day, technology, version, name] += 1
            case other:
                name = _OF_CASES[other]
                if other == "item.flagged":
                    flagged[data["item"]] = event.occurred_at
        of_days[day, *cases[event.subject], name] += 1


def downgrade() -> None:
    """Refuse: events are append-only, so a schema only goes forward."""
    raise NotImplementedError("restore a backup to go back")
