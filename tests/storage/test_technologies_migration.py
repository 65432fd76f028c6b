"""Records that were written before they could name technologies name none, and are not lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData

from tests.databases import SteppableClock
from tutela.storage import migrations
from tutela.storage.access.governance import Governance
from tutela.storage.database import Database


def test_records_of_before_name_no_technology(empty_database_url: str, clock: SteppableClock) -> None:
    database = Database(empty_database_url)
    at = datetime(2025, 6, 2, 9, tzinfo=UTC)
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0016")
        old = MetaData()
        old.reflect(connection, only=["governance_records", "governance_texts"])
        connection.execute(old.tables["governance_texts"].insert().values(digest="d", title="Review", text="words"))
        plain = at.replace(tzinfo=None) if database.engine.dialect.name == "sqlite" else at
        connection.execute(
            old.tables["governance_records"].insert().values(
                id="r", kind="impact_assessment", version=2, digest="d", effective_from=date(2025, 1, 1), answers=[],
                written_by="dora", written_at=plain,
            )
        )  # fmt: skip
    database.upgrade()
    database.require_current()
    (record,) = Governance(database, clock).all()
    assert (record.id, record.version, record.title, record.technologies) == ("r", 2, "Review", ())
    database.close()
