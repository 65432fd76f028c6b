"""API keys in the database: made, used, ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from tutela.access.credentials import digest_of, new_token
from tutela.access.ports import ApiKey, KeyRow
from tutela.access.roles import KEY_SCOPES
from tutela.events.catalogue.access import KeyCreated, KeyRefused, KeyRevoked
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.events.obstacles import BadValue, NotThere, Phrase, Word
from tutela.storage.access.names import is_name
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.access import api_keys

USED_EVERY = timedelta(minutes=1)
"""How exact the time of the last use is, so that a busy key writes once a minute."""


class ApiKeys:
    """The keys by which platforms call."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, scopes: list[str], actor: str = SYSTEM, expires_at: datetime | None = None) -> str:
        """Return the secret of a new API key, shown this once. Raises ValueError."""
        if not is_name(name):
            raise BadValue("%(name)s: use lower-case letters, digits, '.', '_' and '-'", name=repr(name))
        unknown = sorted(set(scopes) - set(KEY_SCOPES))
        if unknown or not scopes:
            raise BadValue(
                "scopes are %(scopes)s, not %(unknown)s",
                scopes=tuple(Word("scope", scope) for scope in KEY_SCOPES),
                unknown=tuple(unknown) or Phrase("none"),
            )
        token = new_token("tut_")
        now = self._clock()
        if expires_at is not None and expires_at <= now:
            raise BadValue("a key that has expired already opens nothing: choose a later day")
        given = sorted(set(scopes))
        with self._database.write() as connection:
            if connection.execute(select(api_keys.c.id).where(api_keys.c.id == name)).first():
                raise BadValue(
                    "there is a key %(name)s already: revoke it, and give the new one another name", name=name
                )
            connection.execute(
                insert(api_keys).values(
                    id=name, digest=token.digest, scopes=given, created_at=now, expires_at=expires_at
                )
            )
            self._record(connection, name, KeyCreated(scopes=tuple(given), expires_at=expires_at), actor)
        return token.secret

    def revoke(self, name: str, actor: str = SYSTEM) -> None:
        """End a key for good; raises LookupError."""
        with self._database.write() as connection:
            changed = 0
            if is_name(name):
                changed = connection.execute(
                    update(api_keys)
                    .where(api_keys.c.id == name, api_keys.c.revoked_at.is_(None))
                    .values(revoked_at=self._clock())
                ).rowcount
            if changed != 1:
                raise NotThere("there is no valid key %(name)s", name=name)
            self._record(connection, name, KeyRevoked(), actor)

    def by_secret(self, secret: str) -> ApiKey | None:
        """Return the key with this secret, if it is valid now."""
        now = self._clock()
        with self._database.read() as connection:
            row = connection.execute(
                select(api_keys).where(api_keys.c.digest == digest_of(secret), api_keys.c.revoked_at.is_(None))
            ).one_or_none()
        if row is None or (row.expires_at is not None and row.expires_at <= now):
            return None
        if row.last_used_at is None or now - row.last_used_at >= USED_EVERY:
            with self._database.write() as connection:
                connection.execute(update(api_keys).where(api_keys.c.id == row.id).values(last_used_at=now))
        return ApiKey(row.id, frozenset().union(*(KEY_SCOPES[scope] for scope in row.scopes if scope in KEY_SCOPES)))

    def all(self, limit: int = 500) -> list[KeyRow]:
        """Return the keys, valid ones first, then by name."""
        order = (api_keys.c.revoked_at.is_not(None), api_keys.c.id)
        with self._database.read() as connection:
            rows = connection.execute(select(api_keys).order_by(*order).limit(limit)).all()
        return [KeyRow(r.id, tuple(r.scopes), r.created_at, r.expires_at, r.revoked_at, r.last_used_at) for r in rows]

    def refused(self, key: ApiKey, reason: str) -> None:
        """Put on record that a key asked for what it may not."""
        with self._database.write() as connection:
            self._record(connection, key.id, KeyRefused(reason=reason), key.actor)

    def _record(
        self, connection: Connection, name: str, payload: KeyCreated | KeyRevoked | KeyRefused, actor: str
    ) -> None:
        subject = ApiKey(name, frozenset()).actor
        EventLog(connection, self._clock).append([NewEvent(payload, subject, self._clock(), actor)])
