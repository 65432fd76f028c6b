"""Sessions in the database: begun, looked up, listed, ended."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update

from tutela.access.credentials import digest_of, new_token
from tutela.access.entrance import Entrance
from tutela.access.ports import Session, SessionRow, Step
from tutela.access.roles import Person, Role
from tutela.events.catalogue.access import PersonSessionsEnded
from tutela.events.envelope import Clock, NewEvent, new_id
from tutela.storage.access import inspection_access
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.access import people, sessions

STEPS_LAST = timedelta(minutes=10)
"""How long a sign-in may take from the password to the last step."""
USED_EVERY = timedelta(minutes=1)
Method = Literal["password", "code", "recovery_code", "openid"]


def person_of(row: Any) -> Person:
    """Return the person of a row that has the columns of people."""
    return Person(row.id, row.name, frozenset(Role(role) for role in row.roles), row.active)


class Sessions:
    """The sessions of people who signed in, or are about to."""

    def __init__(self, database: Database, clock: Clock, entrance: Entrance) -> None:
        self._database = database
        self._clock = clock
        self._entrance = entrance

    def begin(self, connection: Connection, person: str, step: Step | None, method: Method, address: str) -> str:
        """Return the secret of a new session of a person. Those that are over are forgotten meanwhile."""
        now = self._clock()
        token = new_token("tus_")
        connection.execute(delete(sessions).where(sessions.c.created_at < now - self._entrance.longest))
        connection.execute(
            insert(sessions).values(
                digest=token.digest,
                id=new_id(now),
                person=person,
                csrf=secrets.token_urlsafe(24),
                created_at=now,
                used_at=now,
                step=step.value if step else None,
                method=method,
                address=address[:45],
            )
        )
        return token.secret

    def find(self, secret: str) -> Session | None:
        """Return the session of a secret while it lasts and its person has access."""
        now = self._clock()
        digest = digest_of(secret)
        columns = (sessions.c.csrf, sessions.c.created_at, sessions.c.used_at, sessions.c.step, sessions.c.id)
        with self._database.read() as connection:
            row = connection.execute(
                select(*(c.label(f"session_{c.name}") for c in columns), people)
                .join(people, people.c.id == sessions.c.person)
                .where(sessions.c.digest == digest)
            ).one_or_none()
            # An inspector is let in by an inspection that is open now, and no longer.
            person = inspection_access.admitted(connection, person_of(row), now) if row and row.active else None
        if row is None or person is None:
            return None
        step = Step(row.session_step) if row.session_step else None
        longest = STEPS_LAST if step else self._entrance.longest
        if now - row.session_used_at > self._entrance.idle or now - row.session_created_at > longest:
            self.end(secret)
            return None
        if now - row.session_used_at > USED_EVERY:
            with self._database.write() as connection:
                connection.execute(update(sessions).where(sessions.c.digest == digest).values(used_at=now))
        return Session(person, row.session_csrf, row.session_id, step)

    def end(self, secret: str) -> None:
        """End a session."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest_of(secret)))

    def of(self, person: str) -> list[SessionRow]:
        """Return the open sessions of a person, the newest first."""
        now = self._clock()
        query = (
            select(sessions)
            .where(sessions.c.person == person, sessions.c.step.is_(None))
            .where(sessions.c.used_at >= now - self._entrance.idle)
            .where(sessions.c.created_at >= now - self._entrance.longest)
            .order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
            .limit(100)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [SessionRow(r.id, r.created_at, r.used_at, r.address, r.method) for r in rows]

    def end_some(self, person: str, actor: str, *, only: str | None = None, but: str | None = None) -> int:
        """End sessions of a person and record how many: all, the one with the id `only`, or all but the id `but`."""
        with self._database.write() as connection:
            query = delete(sessions).where(sessions.c.person == person)
            if only is not None:
                query = query.where(sessions.c.id == only)
            if but is not None:
                query = query.where(sessions.c.id != but)
            ended = connection.execute(query).rowcount
            if ended:
                event = NewEvent(PersonSessionsEnded(sessions=ended), person, self._clock(), actor)
                EventLog(connection, self._clock).append([event])
        return ended


def end_all(connection: Connection, person: str) -> None:
    """End every session of a person, within a change that has an event of its own."""
    connection.execute(delete(sessions).where(sessions.c.person == person))
