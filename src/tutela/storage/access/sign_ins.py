"""Signing in, step by step: password, code, another password, a second factor to set up; or a provider's word.

A session that still wants a step opens nothing but that step. Each step that is passed gives a new secret, so that one
which somebody saw before is worth nothing after.
"""

from __future__ import annotations

import secrets
import threading
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from tutela.access.credentials import WeakPassword, digest_of, hash_password, is_outdated, password_fits
from tutela.access.entrance import Entrance
from tutela.access.id_tokens import Identity
from tutela.access.ports import Session, SignInRefused, Step, WrongCode
from tutela.access.roles import Role
from tutela.access.second_factor import RECOVERY_CODES, new_secret, step_of
from tutela.events.catalogue.access import (
    PersonPasswordSet,
    PersonRecoveryCodesMade,
    PersonRefused,
    PersonRegistered,
    PersonSecondFactorEnrolled,
    PersonSignedIn,
)
from tutela.events.catalogue.base import Payload
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.events.obstacles import Obstacle, Phrase
from tutela.storage.access.names import is_name
from tutela.storage.access.second_factors import SealedSecrets, replace_recovery_codes, spend_recovery_code
from tutela.storage.access.sessions import Method, Sessions, end_all
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.access import people, sessions

_REFUSED = Phrase("Name and password do not fit, or there were too many tries. Wait a while.")


class WrongPassword(Obstacle, PermissionError):
    """The password that was asked for once more does not fit."""


class SignIns:
    """What takes somebody from a name to an open session."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        entrance: Entrance,
        sessions_: Sessions,
        sealed: SealedSecrets,
        hashing: threading.BoundedSemaphore,
    ) -> None:
        self._database = database
        self._clock = clock
        self._entrance = entrance
        self._sessions = sessions_
        self._sealed = sealed
        self._hashing = hashing
        # Compared against when no such person exists, so that the answer takes as long.
        self._nobody: str | None = None

    def by_password(self, name: str, password: str, address: str) -> str:
        """Return the secret of a new session; raises SignInRefused. As many failures as configured lock the name."""
        now = self._clock()
        with self._database.read() as connection:
            row = _row(connection, name)
        # The slow hash runs outside any transaction, so that sign-ins never hold up the writers.
        with self._hashing:
            if self._nobody is None:
                self._nobody = hash_password(secrets.token_urlsafe())
            tried = (row.password if row else "") or self._nobody
            fits = password_fits(password, tried) and tried != self._nobody
            better = hash_password(password) if fits and is_outdated(tried) else None
        refusal: str | None = None
        secret = ""
        with self._database.write() as connection:
            # Locked, so that tries at the same time are counted one after another.
            row = _row(connection, name, lock=True)
            if row is not None and row.password != tried:
                fits = False  # a new password was set meanwhile, or there is none
            if row is None:
                refusal = "unknown_name"
            elif row.locked_until is not None and row.locked_until > now:
                refusal = "locked"
            elif not fits or not row.active:
                refusal = "wrong_password" if not fits else "inactive"
                self._failed(connection, row, now)
            elif not self._entrance.may_use_password(name):
                refusal = "local_accounts_off"
            if refusal or row is None:
                reason = PersonRefused(reason=refusal or "unknown_name")
                self._record(connection, row.id if row else "unknown", SYSTEM, reason)
            else:
                if better:
                    connection.execute(update(people).where(people.c.id == name).values(password=better))
                secret = self._go_on(connection, row, "password", address, proven=False)
        if refusal:
            raise SignInRefused(_REFUSED)
        return secret

    def by_code(self, secret: str, code: str, address: str) -> str:
        """Return the secret of the session that comes after the code of an app, or a recovery code.

        Raises WrongCode, and SignInRefused where no sign-in waits for one or the name is locked.
        """
        now = self._clock()
        wrong = False
        with self._database.write() as connection:
            row = self._waiting(connection, secret, Step.CODE)
            if row is None or row.totp is None or not row.active:
                raise SignInRefused(_REFUSED)
            locked = row.locked_until is not None and row.locked_until > now
            step = None if locked else step_of(self._sealed.open(row.id, row.totp), code, now, row.totp_step)
            method: Method = "code"
            if step is not None:
                connection.execute(update(people).where(people.c.id == row.id).values(totp_step=step))
            elif not locked and spend_recovery_code(connection, row.id, code):
                method = "recovery_code"
            else:
                wrong = True
                self._record(connection, row.id, SYSTEM, PersonRefused(reason="locked" if locked else "wrong_code"))
                if not locked and self._failed(connection, row, now):
                    end_all(connection, row.id)
            if not wrong:
                _end(connection, secret)
                return self._go_on(connection, row, method, address, proven=True)
        raise WrongCode("That code is not right, or was used before. Take the one that your app shows now.")

    def by_provider(self, identity: Identity, roles: frozenset[Role], address: str) -> str:
        """Return the secret of a new session of somebody whom the provider named, made known if they are new.

        Their roles become those that the provider's claim gives. Raises SignInRefused.
        """
        name, now = identity.name.lower(), self._clock()
        given = sorted(role.value for role in roles)
        refusal: str | None = None
        secret = ""
        with self._database.write() as connection:
            known = select(people).where(people.c.openid == identity.subject).with_for_update()
            row = connection.execute(known).one_or_none()
            if row is None and not is_name(name):
                refusal = "name_unusable"
            elif row is None and _row(connection, name) is not None:
                # Never by the name alone: it may be a local account, or that of another subject.
                refusal = "name_taken"
            elif row is None and not given:
                refusal = "no_role"
            elif row is None:
                values = {"id": name, "name": identity.name, "roles": given, "active": True, "password": ""}
                connection.execute(insert(people).values(**values, failures=0, openid=identity.subject))
                self._record(connection, name, SYSTEM, PersonRegistered(roles=tuple(given)))
                row = connection.execute(known).one()
            elif not row.active:
                refusal = "inactive"
            elif sorted(row.roles) != given:
                connection.execute(update(people).where(people.c.id == row.id).values(roles=given))
                end_all(connection, row.id)
                self._record(connection, row.id, SYSTEM, PersonRegistered(roles=tuple(given)))
            if refusal is None and not given:
                refusal = "no_role"
            if refusal or row is None:
                subject = row.id if row is not None else "unknown"
                self._record(connection, subject, SYSTEM, PersonRefused(reason=refusal or "no_role"))
            else:
                secret = self._sessions.begin(connection, row.id, None, "openid", address)
                self._record(connection, row.id, row.id, PersonSignedIn(method="openid"), now)
        if refusal:
            raise SignInRefused("You were recognised, and have no access here. Ask whoever gives access.")
        return secret

    def change_password(self, secret: str, session: Session, before: str, after: str, address: str) -> str:
        """Set another password of one's own, and return the secret of the session that takes this one's place.

        Raises WeakPassword, WrongPassword, SignInRefused where the session has ended meanwhile.
        """
        with self._database.read() as connection:
            row = _row(connection, session.person.id)
        hashed_before = row.password if row else ""
        self._require_password(session, hashed_before, before)
        if after == before:
            raise WeakPassword("choose another password than the present one")
        with self._hashing:
            hashed = hash_password(after)
        with self._database.write() as connection:
            row, method = self._own(connection, secret, session)
            if row.password != hashed_before:
                raise SignInRefused(_REFUSED)
            connection.execute(update(people).where(people.c.id == row.id).values(password=hashed, must_change=False))
            end_all(connection, row.id)
            self._record(connection, row.id, row.id, PersonPasswordSet(first=False))
            return self._go_on(connection, _known(connection, row.id), method, address, proven=True, before=session)

    def offer(self, session: Session) -> str:
        """Return the secret that a person is setting up in an app: the same until it is confirmed."""
        with self._database.write() as connection:
            row = _known(connection, session.person.id)
            if row.totp_offered is not None:
                return self._sealed.open(row.id, row.totp_offered)
            fresh = new_secret()
            sealed = self._sealed.seal(row.id, fresh)
            connection.execute(update(people).where(people.c.id == row.id).values(totp_offered=sealed))
            return fresh

    def enrol(
        self, secret: str, session: Session, code: str, password: str | None, address: str
    ) -> tuple[str, list[str]]:
        """Take the offered secret into use once a code of it was shown; return the next session's secret and ten
        recovery codes.

        `password`: asked for once more, unless it was given a moment ago. Raises WrongCode, WrongPassword,
        SignInRefused.
        """
        if session.step is not Step.ENROL:
            self._require_own_password(session, password or "")
        now = self._clock()
        with self._database.write() as connection:
            row, method = self._own(connection, secret, session)
            if row.totp_offered is None:
                raise WrongCode("Nothing is being set up: open the page again.")
            step = step_of(self._sealed.open(row.id, row.totp_offered), code, now, None)
            if step is None:
                raise WrongCode("That code is not right. Take the one that your app shows now.")
            connection.execute(
                update(people)
                .where(people.c.id == row.id)
                .values(totp=row.totp_offered, totp_offered=None, totp_step=step)
            )
            codes = replace_recovery_codes(connection, row.id)
            end_all(connection, row.id)
            self._record(connection, row.id, row.id, PersonSecondFactorEnrolled())
            self._record(connection, row.id, row.id, PersonRecoveryCodesMade(codes=len(codes)))
            if session.step is Step.ENROL:
                method = "code"
            fresh = _known(connection, row.id)
            return self._go_on(connection, fresh, method, address, proven=True, before=session), codes

    def new_recovery_codes(self, session: Session, password: str) -> list[str]:
        """Return ten new codes in place of the old ones. Raises WrongPassword, WrongCode without a second factor."""
        self._require_own_password(session, password)
        with self._database.write() as connection:
            if _known(connection, session.person.id).totp is None:
                raise WrongCode("Set a second factor up first.")
            codes = replace_recovery_codes(connection, session.person.id)
            payload = PersonRecoveryCodesMade(codes=RECOVERY_CODES)
            self._record(connection, session.person.id, session.person.id, payload)
        return codes

    def _go_on(
        self,
        connection: Connection,
        row: Row[Any],
        method: Method,
        address: str,
        *,
        proven: bool,
        before: Session | None = None,
    ) -> str:
        """Begin the session of the next step, or the open one. `before`: one that this one takes the place of."""
        step = self._next(row, proven)
        if step is not Step.CODE:
            # Not before the code was right, or whoever knows the password could try codes without end.
            connection.execute(update(people).where(people.c.id == row.id).values(failures=0, locked_until=None))
        if step is None and (before is None or before.step is not None):
            self._record(connection, row.id, row.id, PersonSignedIn(method=method))
        return self._sessions.begin(connection, row.id, step, method, address)

    def _next(self, row: Row[Any], proven: bool) -> Step | None:
        if row.totp is not None and not proven:
            return Step.CODE
        if row.must_change:
            return Step.PASSWORD
        if row.totp is None and self._entrance.needs_second_factor(frozenset(Role(role) for role in row.roles)):
            return Step.ENROL
        return None

    def _failed(self, connection: Connection, row: Row[Any], now: datetime) -> bool:
        failures = row.failures + 1
        locked = now + self._entrance.locked if failures >= self._entrance.tries else None
        connection.execute(
            update(people).where(people.c.id == row.id).values(failures=0 if locked else failures, locked_until=locked)
        )
        return locked is not None

    def _require_own_password(self, session: Session, password: str) -> None:
        with self._database.read() as connection:
            row = _row(connection, session.person.id)
        self._require_password(session, row.password if row else "", password)

    def _require_password(self, session: Session, hashed: str, password: str) -> None:
        now = self._clock()
        with self._hashing:
            fits = bool(hashed) and password_fits(password, hashed)
        with self._database.write() as connection:
            row = _row(connection, session.person.id, lock=True)
            locked = row is None or (row.locked_until is not None and row.locked_until > now)
            if fits and not locked:
                return
            self._record(connection, session.person.id, SYSTEM, PersonRefused(reason="wrong_password"))
            if row is not None and not locked and self._failed(connection, row, now):
                end_all(connection, row.id)  # whoever sits before an open session may not guess on
        raise WrongPassword("That is not your present password.")

    def _waiting(self, connection: Connection, secret: str, step: Step) -> Row[Any] | None:
        session = self._session_row(connection, secret)
        if session is None or session.step != step.value:
            return None
        return _row(connection, session.person, lock=True)

    def _own(self, connection: Connection, secret: str, session: Session) -> tuple[Row[Any], Method]:
        found = self._session_row(connection, secret)
        if found is None or found.person != session.person.id:
            raise SignInRefused("Your session has ended meanwhile. Sign in again.")
        return _known(connection, found.person), found.method

    @staticmethod
    def _session_row(connection: Connection, secret: str) -> Row[Any] | None:
        return connection.execute(select(sessions).where(sessions.c.digest == digest_of(secret))).one_or_none()

    def _record(
        self, connection: Connection, name: str, actor: str, payload: Payload, now: datetime | None = None
    ) -> None:
        EventLog(connection, self._clock).append([NewEvent(payload, name, now or self._clock(), actor)])


def _row(connection: Connection, name: str, *, lock: bool = False) -> Row[Any] | None:
    if not is_name(name):
        return None  # what cannot be a name may not even be a text that the database takes
    query = select(people).where(people.c.id == name)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def _known(connection: Connection, name: str) -> Row[Any]:
    row = _row(connection, name, lock=True)
    if row is None:
        raise SignInRefused(_REFUSED)
    return row


def _end(connection: Connection, secret: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.digest == digest_of(secret)))
