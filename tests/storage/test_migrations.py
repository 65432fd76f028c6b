"""The schema: what the migrations make is what the code says, from an empty database, also when two start at once."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, inspect

from tutela.detection.hashlists.hashlist import ListRole, NewEntry
from tutela.storage import migrations, schema
from tutela.storage.database import Database, WrongDatabase
from tutela.storage.hash_lists import StoredHashLists


def upgrade(url: str) -> None:
    """Run in another process."""
    database = Database(url)
    database.upgrade()
    database.require_current()
    database.close()


def test_an_empty_database_comes_to_this_schema(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert database.is_empty()
    with pytest.raises(WrongDatabase, match="tutela db upgrade"):
        database.require_current()
    database.upgrade()
    database.require_current()
    assert not database.is_empty()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []
        names = set(inspect(connection).get_table_names())
    assert names == set(schema.metadata.tables) | {"alembic_version"}
    database.upgrade()  # again: nothing to do
    database.require_current()
    database.close()


def test_unique_and_foreign_keys_are_those_of_the_code(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    database.upgrade()
    with database.engine.connect() as connection:
        looked = inspect(connection)
        for name, table in schema.metadata.tables.items():
            assert {tuple(f["constrained_columns"]) for f in looked.get_foreign_keys(name)} == {
                tuple(c.name for c in f.columns) for f in table.foreign_key_constraints
            }, name
            indexes = {i["name"]: i for i in looked.get_indexes(name)}
            for index in table.indexes:
                found = indexes[str(index.name)]
                assert bool(found["unique"]) == bool(index.unique), index.name
                assert found["column_names"] == [c.name for c in index.columns], index.name
    database.close()


def test_several_processes_upgrade_at_once(empty_database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=upgrade, args=(empty_database_url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    database = Database(empty_database_url)
    database.require_current()
    database.close()


@pytest.mark.parametrize("url", ["mysql://127.0.0.1/x", "duckdb:///x"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(Exception, match=r"sqlite|dialect|plugin|postgresql"):
        Database(url)


def test_sqlite_is_durable_and_forgets(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with database.engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    database.close()
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_lists_of_the_first_schema_go_on(empty_database_url: str) -> None:
    """A database at 0001 with lists and entries, as 0001 has them, comes to this version with all of them."""
    database = Database(empty_database_url)
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0001")
        old = MetaData()
        old.reflect(connection, only=["hash_lists", "hash_entries", "events"])
        lists, entries = old.tables["hash_lists"], old.tables["hash_entries"]
        assert "revision" not in entries.c
        at = datetime(2025, 1, 2, tzinfo=UTC).replace(tzinfo=None if database.engine.dialect.name == "sqlite" else UTC)
        for name, on in (("known", True), ("off", False)):
            connection.execute(
                lists.insert().values(
                    id=name, owner="O", source="S", jurisdiction="SE", classification="A1", enabled=on, created_at=at
                )
            )
        for name, n, on in (("known", 1, True), ("known", 2, False), ("off", 1, True)):
            connection.execute(
                entries.insert().values(
                    hashlist=name, kind="md5", value=bytes([n]) * 16, verified_by=[], added_at=at, enabled=on
                )
            )
    database.upgrade()
    database.require_current()
    stored = StoredHashLists(database, lambda: datetime(2025, 6, 2, tzinfo=UTC))
    assert stored.revision() == 1
    before = list(stored.changes(0, 1))
    assert [(c.hashlist, c.value[0], c.enabled, c.removed, c.revision) for c in before] == [
        ("known", 1, True, False, 1), ("known", 2, False, False, 1), ("off", 1, True, False, 1)
    ]  # fmt: skip
    assert [(s.hashlist.id, s.hashlist.role, s.entries, s.enabled_entries) for s in stored.summaries()] == [
        ("known", ListRole.MATCH, {"md5": 2}, 1), ("off", ListRole.MATCH, {"md5": 1}, 1)
    ]  # fmt: skip
    (first, *_) = stored.entries(["known"], enabled_only=False)
    assert (first.classification, first.verified_by, first.added_at) == ("A1", (), datetime(2025, 1, 2, tzinfo=UTC))
    result = stored.add("known", [NewEntry("md5", bytes([n]) * 16, verified_by=("One",)) for n in (1, 3)])
    assert (result.added, result.already_there) == (1, 1)
    stored.remove("known", first.id)
    assert [(c.entry == first.id, c.removed) for c in stored.changes(1, stored.revision())] == [
        (False, False), (True, True)
    ]  # fmt: skip
    database.close()
