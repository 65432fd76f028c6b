"""The connection to SQLite (WAL) or PostgreSQL, and its migrations."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Table, column, create_engine, event, inspect, make_url, select, table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
_WRITES = "tutela_writes"
_AT_COMMIT = "tutela_at_commit"


class WrongDatabase(RuntimeError):
    """The database cannot be used as it is; the message says what to do."""


class Database:
    """One database. Share it among threads; open no connection before a fork."""

    def __init__(self, url: str | URL) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise WrongDatabase("the database's URL is no URL: write sqlite:///PATH or postgresql://...") from error
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise WrongDatabase(f"{parsed.get_backend_name()!r} is not supported: use sqlite:/// or postgresql://")
        self.url = parsed
        self.engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgres(parsed)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction that writes; committed at the end, rolled back by an exception.

        On SQLite it takes the write lock at once, so that what it reads stays true until it writes.
        """
        with self.engine.connect().execution_options(**{_WRITES: True}) as connection, _committing(connection):
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a transaction that only reads."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def read_one_moment(self) -> Iterator[Connection]:
        """Begin a transaction that only reads, and sees one moment throughout, whatever others commit meanwhile."""
        with self.read() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield connection

    @contextmanager
    def own_connection(self) -> Iterator[Connection]:
        """Open a connection that ends with the block, and its temporary tables with it. See `begin`."""
        with self.engine.connect() as connection:
            connection.detach()
            yield connection

    @staticmethod
    @contextmanager
    def begin(connection: Connection, *, writes: bool) -> Iterator[None]:
        """Begin a transaction on an own connection: one that writes, or one for its temporary tables alone.

        The second keeps nobody from writing.
        """
        with _committing(connection.execution_options(**{_WRITES: writes})):
            yield

    def upgrade(self) -> None:
        """Bring the schema to this version's; safe when several processes start at once."""
        if self._revision() == newest_revision():
            return
        from alembic import command

        with self.engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7448)")
            command.upgrade(_config(connection), "head")

    def bring_current(self) -> None:
        """Bring an empty or an SQLite database to this version's schema.

        A PostgreSQL database that is behind is left alone: raises WrongDatabase, which says what to run.
        """
        found = self._revision()
        if found == newest_revision():
            return
        if found is None or self.engine.dialect.name == "sqlite":
            self.upgrade()
        self.require_current()

    def require_current(self) -> None:
        """Raise WrongDatabase unless the schema is this version's."""
        found, wanted = self._revision(), newest_revision()
        if found != wanted:
            raise WrongDatabase(
                f"the database is at schema {found or 'none'}, this version needs {wanted}: run `tutela db upgrade`"
            )

    def is_empty(self) -> bool:
        """Return whether no migration ever ran on it."""
        return self._revision() is None

    def _revision(self) -> str | None:
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(select(column("version_num")).select_from(table("alembic_version"))).scalar()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def at_commit(connection: Connection, name: str, made: Callable[[], Callable[[Connection], None]]) -> Any:
    """Return the one action of this name that runs as the last of the present transaction; made if there is none.

    What it writes is committed with the rest. A transaction that is rolled back does not run it.
    """
    actions = connection.info.setdefault(_AT_COMMIT, {})
    if name not in actions:
        actions[name] = made()
    return actions[name]


@contextmanager
def _committing(connection: Connection) -> Iterator[None]:
    connection.info.pop(_AT_COMMIT, None)
    try:
        with connection.begin():
            yield
            for act in connection.info.pop(_AT_COMMIT, {}).values():
                act(connection)
    finally:
        connection.info.pop(_AT_COMMIT, None)


def newest_revision() -> str:
    """Return the revision that this version's schema is at.

    Migrations are numbered in one line, so the last file is the newest; loading them all to see that takes a tenth of
    a second, which every command would wait for.
    """
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def upserting(connection: Connection, table: Table) -> Any:
    """Return an INSERT that can say ON CONFLICT, in the dialect of the connection."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _own(path: Path) -> None:
    """Make a database file that its owner alone reads, before SQLite makes one that others may read too.

    SQLite gives the files beside it the mode of the main file, but leaves those that are there as they are.
    """
    if os.name != "posix" or not path.parent.is_dir():
        return
    try:
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        for one in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
            if one.exists() and one.stat().st_mode & 0o077:
                one.chmod(0o600)
    except FileNotFoundError:
        return  # another process closed the database, which removes the files beside it
    except OSError as error:
        raise WrongDatabase(f"{path} must be its owner's alone, and cannot be made so: {error.strerror}") from error


# Values of a case must not stand in the message of an error, which somebody may log.
_HIDDEN = {"hide_parameters": True}


def _postgres(url: URL) -> Engine:
    return create_engine(url, **_HIDDEN)


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 60}, **_HIDDEN)
    path = Path(url.database) if url.database and not url.database.startswith((":memory:", "file:")) else None

    @event.listens_for(engine, "do_connect")
    def _protect(*_: Any) -> None:
        if path is not None:
            _own(path)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver would begin transactions by itself, and too late; `_begin` below does it.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
