"""People who sign in: who they are, and how their access is given, changed and taken."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from tutela.access.credentials import hash_password
from tutela.access.entrance import Entrance
from tutela.access.ports import Account, ApiKey, Session
from tutela.access.roles import Person, Role
from tutela.events.catalogue.access import (
    PersonPasswordSet,
    PersonRegistered,
    PersonSecondFactorReset,
)
from tutela.events.catalogue.base import Payload
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.events.obstacles import BadValue, NotThere, Obstacle
from tutela.storage import schema
from tutela.storage.access.api_keys import ApiKeys
from tutela.storage.access.names import is_name
from tutela.storage.access.second_factors import SealedSecrets, forget_recovery_codes
from tutela.storage.access.sessions import Sessions, end_all, person_of
from tutela.storage.access.sign_ins import SignIns
from tutela.storage.database import Database, upserting
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.access import recovery_codes

HASHES_AT_A_TIME = 2
"""Each takes a whole core and 64 MiB for a moment: a flood of sign-ins must not take the machine."""
SHOWN = 500


class NotOneself(Obstacle, ValueError):
    """Nobody changes their own access."""


class People:
    """People who sign in, and keys by which platforms call."""

    def __init__(self, database: Database, clock: Clock, factor_key: Callable[[], bytes], entrance: Entrance) -> None:
        self._database = database
        self._clock = clock
        self._hashing = threading.BoundedSemaphore(HASHES_AT_A_TIME)
        self.sessions = Sessions(database, clock, entrance)
        self.keys = ApiKeys(database, clock)
        self.sign_ins = SignIns(database, clock, entrance, self.sessions, SealedSecrets(factor_key), self._hashing)

    def register(self, person: Person, password: str, actor: str = SYSTEM, *, must_change: bool = False) -> None:
        """Give a person access, or new roles and a new password. Raises WeakPassword, ValueError for a bad name.

        `must_change`: they choose another password when they come in.
        """
        if not is_name(person.id):
            raise BadValue("%(person)s: use lower-case letters, digits, '.', '_' and '-'", person=repr(person.id))
        roles = sorted(role.value for role in person.roles)
        with self._hashing:
            hashed = hash_password(password)
        values = {
            "name": person.name,
            "roles": roles,
            "active": person.active,
            "password": hashed,
            "failures": 0,
            "locked_until": None,
            "must_change": must_change,
        }
        with self._database.write() as connection:
            self._require_local(self._row(connection, person.id, lock=True))
            statement = upserting(connection, schema.people).values(id=person.id, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
            end_all(connection, person.id)
            self._record(connection, person.id, actor, PersonRegistered(roles=tuple(roles), active=person.active))

    def add(self, person: Person, password: str, actor: str) -> None:
        """Give somebody new access, with a first password that they must change. Raises ValueError."""
        with self._database.read() as connection:
            if self._row(connection, person.id) is not None:
                raise BadValue(
                    "there is somebody called %(person)s already: change their roles instead", person=person.id
                )
        self.register(person, password, actor, must_change=True)

    def set_roles(self, name: str, roles: frozenset[Role], actor: str) -> None:
        """Give somebody other roles, and access again if it was taken; ends their sessions.

        Raises LookupError, NotOneself.
        """
        self._require_another(name, actor)
        given = sorted(role.value for role in roles)
        with self._database.write() as connection:
            self._existing(connection, name)
            connection.execute(update(schema.people).where(schema.people.c.id == name).values(roles=given, active=True))
            end_all(connection, name)
            self._record(connection, name, actor, PersonRegistered(roles=tuple(given)))

    def set_first_password(self, name: str, password: str, actor: str) -> None:
        """Give somebody a password that they must change; ends their sessions and a lock. Raises WeakPassword,
        LookupError, NotOneself.
        """
        self._require_another(name, actor)
        with self._hashing:
            hashed = hash_password(password)
        with self._database.write() as connection:
            self._require_local(self._existing(connection, name))
            connection.execute(
                update(schema.people)
                .where(schema.people.c.id == name)
                .values(password=hashed, must_change=True, failures=0, locked_until=None)
            )
            end_all(connection, name)
            self._record(connection, name, actor, PersonPasswordSet(first=True))

    def reset_second_factor(self, name: str, actor: str = SYSTEM) -> None:
        """Take somebody's second factor and recovery codes, and end their sessions. Raises LookupError, NotOneself."""
        self._require_another(name, actor)
        with self._database.write() as connection:
            self._existing(connection, name)
            connection.execute(
                update(schema.people)
                .where(schema.people.c.id == name)
                .values(totp=None, totp_offered=None, totp_step=None, failures=0, locked_until=None)
            )
            forget_recovery_codes(connection, name)
            end_all(connection, name)
            self._record(connection, name, actor, PersonSecondFactorReset())

    def deactivate(self, name: str, actor: str = SYSTEM) -> None:
        """Take a person's access and end their sessions; who it was stays on record. Raises LookupError, NotOneself."""
        self._require_another(name, actor)
        with self._database.write() as connection:
            row = self._row(connection, name, lock=True)
            if row is None or not row.active:
                raise NotThere("there is nobody called %(name)s with access (`tutela person list`)", name=repr(name))
            connection.execute(update(schema.people).where(schema.people.c.id == name).values(active=False))
            end_all(connection, name)
            self._record(connection, name, actor, PersonRegistered(roles=tuple(row.roles), active=False))

    def all(self) -> list[Person]:
        """Return everybody, by name."""
        with self._database.read() as connection:
            return [person_of(row) for row in connection.execute(select(schema.people).order_by(schema.people.c.id))]

    def accounts(self, limit: int = SHOWN) -> list[Account]:
        """Return people with what they come in by, by name."""
        table = schema.people
        left = select(recovery_codes.c.person, func.count().label("codes")).group_by(recovery_codes.c.person).subquery()
        query = select(table, left.c.codes).outerjoin(left, left.c.person == table.c.id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.c.active.desc(), table.c.id).limit(limit)).all()
        return [_account(row) for row in rows]

    def account(self, name: str) -> Account:
        """Return one; raises LookupError."""
        left = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.person == name)
        with self._database.read() as connection:
            if not is_name(name):
                raise NotThere("there is nobody called %(name)s", name=repr(name))
            query = select(schema.people, left.scalar_subquery().label("codes")).where(schema.people.c.id == name)
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotThere("there is nobody called %(name)s", name=repr(name))
        return _account(row)

    def sign_in(self, name: str, password: str, address: str = "") -> str:
        """Return the secret of a new session, which may want further steps. Raises SignInRefused."""
        return self.sign_ins.by_password(name, password, address)

    def session(self, secret: str) -> Session | None:
        """Return the session of a secret while it lasts: an hour unused, ten hours at most, unless configured."""
        return self.sessions.find(secret)

    def sign_out(self, secret: str) -> None:
        """End a session."""
        self.sessions.end(secret)

    def create_key(self, name: str, scopes: list[str], actor: str = SYSTEM, expires_at: datetime | None = None) -> str:
        """Return the secret of a new API key, shown this once. Raises ValueError."""
        return self.keys.create(name, scopes, actor, expires_at)

    def revoke_key(self, name: str, actor: str = SYSTEM) -> None:
        """End a key for good; raises LookupError."""
        self.keys.revoke(name, actor)

    def key(self, secret: str) -> ApiKey | None:
        """Return the key with this secret, if it is valid."""
        return self.keys.by_secret(secret)

    def _record(self, connection: Connection, name: str, actor: str, payload: Payload) -> None:
        EventLog(connection, self._clock).append([NewEvent(payload, name, self._clock(), actor)])

    def _existing(self, connection: Connection, name: str) -> Row[Any]:
        row = self._row(connection, name, lock=True)
        if row is None:
            raise NotThere("there is nobody called %(name)s (`tutela person list`)", name=repr(name))
        return row

    @staticmethod
    def _require_local(row: Row[Any] | None) -> None:
        if row is not None and row.openid is not None:
            raise BadValue("%(person)s comes in by the provider, and has no password here", person=row.id)

    @staticmethod
    def _require_another(name: str, actor: str) -> None:
        if name == actor:
            raise NotOneself("nobody changes their own access: ask another administrator")

    @staticmethod
    def _row(connection: Connection, name: str, *, lock: bool = False) -> Row[Any] | None:
        if not is_name(name):
            return None  # what cannot be a name may not even be a text that the database takes
        query = select(schema.people).where(schema.people.c.id == name)
        return connection.execute(query.with_for_update() if lock else query).one_or_none()


def _account(row: Row[Any]) -> Account:
    return Account(
        person_of(row),
        bool(row.password),
        row.must_change,
        row.totp is not None,
        row.codes or 0,
        row.locked_until,
        row.openid is not None,
    )
