"""People, their sessions, and API keys."""

from __future__ import annotations

import re
import secrets
import threading
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from tutela.access.credentials import digest_of, hash_password, new_token, password_fits
from tutela.access.ports import ApiKey, Session, SignInRefused
from tutela.access.roles import KEY_SCOPES, Person, Role
from tutela.events.catalogue import KeyCreated, KeyRevoked, PersonRefused, PersonRegistered, PersonSignedIn
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.storage import schema
from tutela.storage.database import Database, upserting
from tutela.storage.event_log import EventLog

SESSION_IDLE = timedelta(hours=1)
SESSION_LONGEST = timedelta(hours=10)
TRIES = 5
LOCKED = timedelta(minutes=15)
HASHES_AT_A_TIME = 2
"""Each takes a whole core and 64 MiB for a moment: a flood of sign-ins must not take the machine."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class People:
    """People who sign in, and keys by which platforms call."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        # Compared against when no such person exists, so that the answer takes as long.
        self._nobody: str | None = None
        self._hashing = threading.BoundedSemaphore(HASHES_AT_A_TIME)

    def register(self, person: Person, password: str, actor: str = SYSTEM) -> None:
        """Give a person access, or new roles and a new password. Raises WeakPassword, ValueError for a bad name."""
        if not _NAME.fullmatch(person.id) or person.id == SYSTEM:
            raise ValueError(f"{person.id!r}: use lower-case letters, digits, '.', '_' and '-'")
        roles = sorted(role.value for role in person.roles)
        values = {
            "name": person.name,
            "roles": roles,
            "active": person.active,
            "password": hash_password(password),
            "failures": 0,
            "locked_until": None,
        }
        now = self._clock()
        with self._database.write() as connection:
            statement = upserting(connection, schema.people).values(id=person.id, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
            connection.execute(delete(schema.sessions).where(schema.sessions.c.person == person.id))
            payload = PersonRegistered(roles=tuple(roles), active=person.active)
            EventLog(connection, self._clock).append([NewEvent(payload, person.id, now, actor)])

    def deactivate(self, name: str, actor: str = SYSTEM) -> None:
        """Take a person's access and end their sessions; who it was stays on record. Raises LookupError."""
        now = self._clock()
        with self._database.write() as connection:
            row = self._row(connection, name, lock=True)
            if row is None or not row.active:
                raise LookupError(f"there is nobody called {name!r} with access (`tutela person list`)")
            connection.execute(update(schema.people).where(schema.people.c.id == name).values(active=False))
            connection.execute(delete(schema.sessions).where(schema.sessions.c.person == name))
            payload = PersonRegistered(roles=tuple(row.roles), active=False)
            EventLog(connection, self._clock).append([NewEvent(payload, name, now, actor)])

    def all(self) -> list[Person]:
        """Return everybody, by name."""
        with self._database.read() as connection:
            return [_person(row) for row in connection.execute(select(schema.people).order_by(schema.people.c.id))]

    def sign_in(self, name: str, password: str) -> str:
        """Return the secret of a new session; raises SignInRefused. Five failures lock the name for 15 minutes."""
        now = self._clock()
        with self._database.read() as connection:
            row = self._row(connection, name)
        # The slow hash runs outside any transaction, so that sign-ins never hold up the writers.
        with self._hashing:
            if self._nobody is None:
                self._nobody = hash_password(secrets.token_urlsafe())
            tried = row.password if row else self._nobody
            fits = password_fits(password, tried)
        refusal: str | None = None
        token = new_token("tus_")
        with self._database.write() as connection:
            # Locked, so that tries at the same time are counted one after another.
            row = self._row(connection, name, lock=True)
            if row is not None and row.password != tried:
                fits = False  # a new password was set meanwhile
            log = EventLog(connection, self._clock)
            if row is None:
                refusal = "unknown_name"
            elif row.locked_until is not None and row.locked_until > now:
                refusal = "locked"
            elif not fits or not row.active:
                refusal = "wrong_password" if not fits else "inactive"
                failures = row.failures + 1
                locked = now + LOCKED if failures >= TRIES else None
                connection.execute(
                    update(schema.people)
                    .where(schema.people.c.id == name)
                    .values(failures=0 if locked else failures, locked_until=locked)
                )
            if refusal:
                subject = name if row else "unknown"
                log.append([NewEvent(PersonRefused(reason=refusal), subject, now, SYSTEM)])
            else:
                connection.execute(
                    update(schema.people).where(schema.people.c.id == name).values(failures=0, locked_until=None)
                )
                connection.execute(
                    insert(schema.sessions).values(
                        digest=token.digest,
                        person=name,
                        csrf=secrets.token_urlsafe(24),
                        created_at=now,
                        used_at=now,
                    )
                )
                log.append([NewEvent(PersonSignedIn(), name, now, name)])
        if refusal:
            raise SignInRefused("Name and password do not fit, or there were too many tries. Wait a while.")
        return token.secret

    def session(self, secret: str) -> Session | None:
        """Return the session of a secret while it lasts: an hour unused, ten hours at most."""
        now = self._clock()
        digest = digest_of(secret)
        table = schema.sessions
        with self._database.read() as connection:
            row = connection.execute(
                select(table.c.csrf, table.c.created_at, table.c.used_at, schema.people)
                .join(schema.people, schema.people.c.id == table.c.person)
                .where(table.c.digest == digest)
            ).one_or_none()
        if row is None or not row.active:
            return None
        if now - row.used_at > SESSION_IDLE or now - row.created_at > SESSION_LONGEST:
            self.sign_out(secret)
            return None
        if now - row.used_at > timedelta(minutes=1):
            with self._database.write() as connection:
                connection.execute(update(table).where(table.c.digest == digest).values(used_at=now))
        return Session(_person(row), row.csrf)

    def sign_out(self, secret: str) -> None:
        """End a session."""
        with self._database.write() as connection:
            connection.execute(delete(schema.sessions).where(schema.sessions.c.digest == digest_of(secret)))

    def create_key(self, name: str, scopes: list[str], actor: str = SYSTEM) -> str:
        """Return the secret of a new API key, shown this once. Raises ValueError."""
        if not _NAME.fullmatch(name) or name == SYSTEM:
            raise ValueError(f"{name!r}: use lower-case letters, digits, '.', '_' and '-'")
        unknown = sorted(set(scopes) - set(KEY_SCOPES))
        if unknown or not scopes:
            raise ValueError(f"scopes are {', '.join(KEY_SCOPES)}, not {', '.join(unknown) or 'none'}")
        token = new_token("tut_")
        now = self._clock()
        given = sorted(set(scopes))
        with self._database.write() as connection:
            if connection.execute(select(schema.api_keys.c.id).where(schema.api_keys.c.id == name)).first():
                raise ValueError(f"there is a key {name} already: revoke it, and give the new one another name")
            connection.execute(
                insert(schema.api_keys).values(id=name, digest=token.digest, scopes=given, created_at=now)
            )
            self._record_key(connection, name, KeyCreated(scopes=tuple(given)), now, actor)
        return token.secret

    def revoke_key(self, name: str, actor: str = SYSTEM) -> None:
        """End a key for good; raises LookupError."""
        now = self._clock()
        with self._database.write() as connection:
            changed = connection.execute(
                update(schema.api_keys)
                .where(schema.api_keys.c.id == name, schema.api_keys.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )
            if changed.rowcount != 1:
                raise LookupError(f"there is no valid key {name}")
            self._record_key(connection, name, KeyRevoked(), now, actor)

    def key(self, secret: str) -> ApiKey | None:
        """Return the key with this secret, if it is valid."""
        table = schema.api_keys
        with self._database.read() as connection:
            row = connection.execute(
                select(table).where(table.c.digest == digest_of(secret), table.c.revoked_at.is_(None))
            ).one_or_none()
        if row is None:
            return None
        return ApiKey(row.id, frozenset().union(*(KEY_SCOPES[scope] for scope in row.scopes)))

    def _record_key(
        self, connection: Connection, name: str, payload: KeyCreated | KeyRevoked, now: datetime, actor: str
    ) -> None:
        subject = ApiKey(name, frozenset()).actor
        EventLog(connection, self._clock).append([NewEvent(payload, subject, now, actor)])

    @staticmethod
    def _row(connection: Connection, name: str, *, lock: bool = False) -> Row[Any] | None:
        if not _NAME.fullmatch(name):
            return None  # what cannot be a name may not even be a text that the database takes
        query = select(schema.people).where(schema.people.c.id == name)
        return connection.execute(query.with_for_update() if lock else query).one_or_none()


def _person(row: Row[Any]) -> Person:
    return Person(row.id, row.name, frozenset(Role(role) for role in row.roles), row.active)
