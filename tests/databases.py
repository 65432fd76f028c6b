"""Fixtures of databases: the same tests run on SQLite and on PostgreSQL.

TUTELA_TEST_POSTGRES names a server on this machine (default postgresql://root@127.0.0.1:5432/postgres). Each worker
makes one migrated template there and copies it for each test; all of it is dropped at the end.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import DDL

from tutela.storage.database import Database
from tutela.storage.schema import metadata
from tutela.storage.settings import Settings, load_settings
from tutela.storage.workplace import Workplace

__all__ = [
    "_sqlite_template",
    "backend",
    "clock",
    "data",
    "database_url",
    "empty_database_url",
    "opening",
    "place",
    "postgres",
    "settings_of_installation",
]
DEFAULT_SERVER = "postgresql://root@127.0.0.1:5432/postgres"
REPORTER = """
[reporter]
organisation = "Tutela tests"
first_name = "Åsa"
last_name = "Test"
email = "reports@example.test"
[access]
second_factor = "optional"
"""


@dataclass
class SteppableClock:
    """Stands still until it is told to go on."""

    now: datetime = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)

    def set(self, moment: str) -> None:
        self.now = datetime.fromisoformat(moment).astimezone(UTC)


_OTHERS_END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_RESTART = sql.SQL("""
    SELECT setval(c.oid, 1, false) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind = 'S'
""")
_SHAPE = """
    SELECT 'table', c.relname, c.relnatts::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i', 'S', 'v')
    UNION ALL SELECT 'trigger', tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', proname, md5(prosrc) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' ORDER BY 1, 2, 3
"""


def _connected(url: URL) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))


@dataclass(frozen=True)
class Blank:
    """How a migrated database looks before anything happens in it: its schema, and what migrations wrote."""

    shape: Sequence[tuple[Any, ...]]
    emptying: sql.Composed
    """One message to the server: sixty of them, one for each table, take ten times as long."""

    @classmethod
    def of(cls, connection: psycopg.Connection[tuple[Any, ...]]) -> Blank:
        """Read it."""
        steps: list[sql.Composable] = [sql.SQL("SET session_replication_role = replica")]
        for table in metadata.sorted_tables:
            name = sql.Identifier(table.name)
            steps.append(sql.SQL("DELETE FROM {}").format(name))
            columns = [sql.Identifier(column.name) for column in table.columns]
            found = connection.execute(sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(columns), name))
            steps.extend(
                sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                    name, sql.SQL(", ").join(columns), sql.SQL(", ").join(map(sql.Literal, row))
                )
                for row in found
            )
        return cls(connection.execute(_SHAPE).fetchall(), sql.SQL(";").join([*steps, _RESTART]))

    def restore(self, connection: psycopg.Connection[tuple[Any, ...]]) -> bool:
        """Make a database blank again, past the triggers that keep its record; False if its schema was changed."""
        connection.execute(_OTHERS_END)
        if connection.execute(_SHAPE).fetchall() != self.shape:
            return False
        connection.execute(self.emptying)
        return True


@dataclass
class Postgres:
    """A server on which tests make databases; every name is used once."""

    server: URL
    made: list[str] = field(default_factory=list)
    _template: str | None = None
    _free: list[str] = field(default_factory=list)
    _blank: Blank | None = None

    def _run(self, statement: str, name: str, other: str = "") -> None:
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(DDL(statement, context={"name": name, "other": other}))  # type: ignore[no-untyped-call]
        finally:
            engine.dispose()

    def empty(self) -> str:
        """Return the URL of a new database without a schema."""
        name = f"tutela_test_{os.getpid()}_{uuid.uuid4().hex[:12]}"
        self._run('CREATE DATABASE "%(name)s"', name)
        return self._ours(name)

    def migrated(self) -> str:
        """Return the URL of an empty database with this version's schema, which nobody else uses."""
        if self._free:
            return self._url(self._free.pop())
        if self._template is None:
            url = self.empty()
            database = Database(url)
            database.upgrade()
            database.close()
            self._template = make_url(url).database
        name = f"tutela_test_{os.getpid()}_{uuid.uuid4().hex[:12]}"
        assert self._template is not None
        self._run('CREATE DATABASE "%(name)s" TEMPLATE "%(other)s"', name, self._template)
        return self._ours(name)

    def _ours(self, name: str) -> str:
        self.made.append(name)
        # No test ends the server, so none can see whether a commit waited for the disk.
        self._run('ALTER DATABASE "%(name)s" SET synchronous_commit = off', name)
        return self._url(name)

    def drop(self, url: str) -> None:
        """Drop one now."""
        name = make_url(url).database
        assert name is not None
        if name in self.made:
            self._run('DROP DATABASE IF EXISTS "%(name)s" WITH (FORCE)', name)
            self.made.remove(name)

    def give_back(self, url: str) -> None:
        """Take a migrated database back: emptied it serves the next test, since making one takes half a second.

        One whose schema a test has changed is dropped.
        """
        name = make_url(url).database
        assert name is not None
        assert self._template is not None
        if self._restored(name):
            self._free.append(name)
        else:
            self.drop(url)

    def _restored(self, name: str) -> bool:
        if self._blank is None:
            with _connected(self.server.set(database=self._template)) as connection:
                self._blank = Blank.of(connection)
        try:
            with _connected(self.server.set(database=name)) as connection:
                return self._blank.restore(connection)
        except psycopg.Error:
            return False  # a role that may not pass over triggers, or a database that is not whole any more

    def drop_all(self) -> None:
        """Drop what is left."""
        for name in list(self.made):
            self.drop(self._url(name))

    def _url(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, or a skip that says how to get one."""
    given = os.environ.get("TUTELA_TEST_POSTGRES", DEFAULT_SERVER)
    url = make_url(given).set(drivername="postgresql+psycopg")
    engine = create_engine(url, connect_args={"connect_timeout": 5})
    try:
        engine.connect().close()
    except OperationalError as error:
        first = str(error.orig).strip().splitlines()[0]
        pytest.skip(
            f"no PostgreSQL at {url.render_as_string()}: {first}. Start one (pg_ctl -D DIR start, with trust or a"
            " password in the URL, and a role that may create databases) and name it in TUTELA_TEST_POSTGRES"
        )
    finally:
        engine.dispose()
    server = Postgres(url)
    yield server
    server.drop_all()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "tutela.sqlite"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The name of the database that the test runs on."""
    return str(request.param)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of an installation."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "tutela.toml").write_text(REPORTER, "utf-8")
    return folder


@pytest.fixture
def database_url(backend: str, data: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated database of the test's own."""
    if backend == "sqlite":
        template: Path = request.getfixturevalue("_sqlite_template")
        path = data / "tutela.sqlite"
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.migrated()
    yield url
    server.give_back(url)


@pytest.fixture
def empty_database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database without a schema."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.empty()
    yield url
    server.drop(url)


@pytest.fixture
def clock() -> SteppableClock:
    """A clock that the test steps."""
    return SteppableClock()


Opening = Callable[..., Workplace]


@pytest.fixture
def settings_of_installation(data: Path, database_url: str) -> Settings:
    """The installation's settings."""
    return load_settings(data, {"TUTELA_DATABASE_URL": database_url})


@pytest.fixture
def opening(settings_of_installation: Settings, clock: SteppableClock) -> Iterator[Opening]:
    """Opens the installation again, as another process would: `opening(policy=...)` with other settings."""
    with ExitStack() as stack:

        def again(**changes: object) -> Workplace:
            changed = replace(settings_of_installation, **changes)  # type: ignore[arg-type]
            return stack.enter_context(Workplace(changed, clock))

        yield again


@pytest.fixture
def place(opening: Opening) -> Workplace:
    """One installation, opened."""
    return opening()
