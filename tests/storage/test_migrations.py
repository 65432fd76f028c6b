"""The schema: what the migrations make is what the code says, from an empty database, also when two start at once."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from tutela.storage import schema
from tutela.storage.database import Database, WrongDatabase


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
