"""That a database and a folder of keys belong together.

Evidence whose case the database does not know is erased as the remains of an interrupted run. With a wrong URL that
would be all of it, so a database and its keys carry one id, and are refused where they differ.
"""

from __future__ import annotations

import uuid

from sqlalchemy import Connection, func, insert, select

from tutela.storage import schema
from tutela.storage.database import Database, WrongDatabase
from tutela.storage.evidence.keys import KeyRing


def require_one_installation(database: Database, keys: KeyRing) -> None:
    """Bind a new database and new keys to each other; raises WrongDatabase if they belong to others."""
    with database.read() as connection:
        found = _id_of(connection)
    if found is not None and found == keys.installation():
        return
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7449)")
        _bind(connection, keys)


def _bind(connection: Connection, keys: KeyRing) -> None:
    of_database, of_keys = _id_of(connection), keys.installation()
    if of_database is None:
        if keys.has_cases():
            raise WrongDatabase(
                f"{keys.folder} holds the keys of another database: check TUTELA_DATABASE_URL and TUTELA_DATA"
            )
        # Always a new id: a folder that an older database without cases used must not fit both.
        fresh = str(uuid.uuid4())
        keys.set_installation(fresh)
        connection.execute(insert(schema.installation).values(id=fresh))
    elif of_keys is None and not connection.execute(select(func.count()).select_from(schema.cases)).scalar_one():
        keys.set_installation(of_database)
    elif of_keys != of_database:
        raise WrongDatabase(
            f"the keys in {keys.folder} are not those of this database: check TUTELA_DATABASE_URL and TUTELA_DATA, "
            "or restore the keys from their backup"
        )


def _id_of(connection: Connection) -> str | None:
    return connection.execute(select(schema.installation.c.id)).scalar()
