"""Statements of reasons that were sent before the table of statements are in it, and are not sent again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, select

from tutela.storage import migrations
from tutela.storage.database import Database
from tutela.storage.schema.referral import statements


def test_what_was_stated_before_stays_stated(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    at = datetime(2025, 6, 2, 9, tzinfo=UTC)
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0011")
        old = MetaData()
        old.reflect(connection, only=["events", "actions", "cases"])
        plain = at.replace(tzinfo=None) if database.engine.dialect.name == "sqlite" else at
        connection.execute(
            old.tables["cases"].insert().values(
                id="c", service="wall", layer="known", state="confirmed", opened_at=plain, reopened=0, points=0,
                urgent=False, severity=0,
            )
        )  # fmt: skip
        for action in ("a", "b"):
            connection.execute(
                old.tables["actions"].insert().values(
                    id=action, case_id="c", kind="remove_content", state="carried_out", ordered_at=plain,
                    cause="decision",
                )
            )  # fmt: skip
        data = {"action": "a", "target": "sandbox", "uuid": None}
        connection.execute(
            old.tables["events"].insert().values(
                id="e", type="statement.sent", version=1, subject="c", actor="system", occurred_at=plain,
                recorded_at=plain, data=data,
            )
        )  # fmt: skip
    database.upgrade()
    database.require_current()
    with database.read() as connection:
        rows = connection.execute(select(statements)).all()
    assert [(row.action_id, row.sent, row.code, row.retry, row.changed_at) for row in rows] == [
        ("a", True, None, False, at)
    ]
    database.close()
