"""Sign-ins that were sent to a provider and have not come back: each is used once, within ten minutes."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, insert, select

from tutela.access.credentials import digest_of
from tutela.access.ports import Attempt
from tutela.events.envelope import Clock
from tutela.storage.database import Database
from tutela.storage.schema.access import openid_attempts

LASTS = timedelta(minutes=10)


class OpenIdAttempts:
    """The attempts in the database, so that any process of the server can end what another began."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def begin(self) -> Attempt:
        """Return a fresh one, and forget those that are over."""
        state, browser, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        attempt = Attempt(state, browser, nonce, secrets.token_urlsafe(64))
        now = self._clock()
        with self._database.write() as connection:
            connection.execute(delete(openid_attempts).where(openid_attempts.c.begun_at < now - LASTS))
            connection.execute(
                insert(openid_attempts).values(
                    state=digest_of(attempt.state),
                    browser=digest_of(attempt.browser),
                    nonce=attempt.nonce,
                    verifier=attempt.verifier,
                    begun_at=now,
                )
            )
        return attempt

    def end(self, state: str, browser: str) -> Attempt | None:
        """Return the attempt that this browser began, once; None for any other."""
        with self._database.write() as connection:
            mine = openid_attempts.c.state == digest_of(state)
            row = connection.execute(select(openid_attempts).where(mine)).one_or_none()
            gone = connection.execute(delete(openid_attempts).where(mine)).rowcount
        if row is None or gone != 1 or self._clock() - row.begun_at > LASTS:
            return None
        if not secrets.compare_digest(row.browser, digest_of(browser)):
            return None
        return Attempt(state, browser, row.nonce, row.verifier)
