"""Who calls, and what they may do here: the one place where a route states its permission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tutela.access.ports import ApiKey, Session
from tutela.access.roles import KEY_SCOPES, Permission, Person
from tutela.casework.stream import ItemStream
from tutela.events.catalogue import PersonRefused
from tutela.events.envelope import NewEvent
from tutela.storage.case_reader import CaseReader
from tutela.storage.workplace import Workplace
from tutela.web.security import require_csrf, sent_token

COOKIE = "tutela_session"


@dataclass(frozen=True, slots=True)
class Running:
    """What one running server works with. `behind_tls`: browsers reach it over HTTPS, through a proxy."""

    place: Workplace
    stream: ItemStream
    behind_tls: bool

    @property
    def cases(self) -> CaseReader:
        """Cases as people read them."""
        return CaseReader(self.place.database)


class NotSignedIn(Exception):
    """Nobody is signed in, or the session has ended."""


class Denied(Exception):
    """The person lacks a permission; it is on record when this is raised."""

    def __init__(self, session: Session, permission: Permission) -> None:
        super().__init__(permission.value)
        self.session = session
        self.permission = permission


def running(request: Request) -> Running:
    """Return what this server works with."""
    return cast(Running, request.app.state.running)


Server = Annotated[Running, Depends(running)]


def session_of(request: Request) -> Session | None:
    """Return the session of the caller's cookie while it lasts."""
    secret = request.cookies.get(COOKIE)
    return running(request).place.people.session(secret) if secret else None


def record_refusal(place: Workplace, person: Person, permission: Permission) -> None:
    """Put on record that somebody asked for what their roles do not allow."""
    payload = PersonRefused(reason=f"lacks {permission.value}")
    with place.transactions.record() as log:
        log.append([NewEvent(payload, person.id, place.clock(), person.id)])


class Allowed:
    """A dependency: the session of somebody who has the permission.

    Without a permission everybody who is signed in may pass. On every method that changes something the token of
    the session must come with the request, so that no route can forget to ask for it.
    """

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    def __call__(self, request: Request, token: Annotated[str, Depends(sent_token)]) -> Session:
        """Return the session; raises NotSignedIn, Denied, and 403 for a form that is not of this session."""
        session = session_of(request)
        if session is None:
            raise NotSignedIn
        require_csrf(request, session, token)
        if self.permission is not None and self.permission not in session.person.permissions:
            record_refusal(running(request).place, session.person, self.permission)
            raise Denied(session, self.permission)
        return session


_bearer = HTTPBearer(auto_error=False, description="An API key: `tutela key create NAME --scope items`")


class KeyAllowed:
    """A dependency: the API key of the caller, if it has the permission."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(
        self, request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> ApiKey:
        """Return the key; raises 401 and 403 with what to do."""
        challenge = {"WWW-Authenticate": "Bearer"}
        if sent is None:
            raise HTTPException(401, "send an API key: Authorization: Bearer tut_...", challenge)
        key = running(request).place.people.key(sent.credentials)
        if key is None:
            raise HTTPException(
                401, "this API key is not valid, or it was revoked: `tutela key create` makes a new one", challenge
            )
        if self.permission not in key.permissions:
            scopes = " or ".join(scope for scope, grants in KEY_SCOPES.items() if self.permission in grants)
            raise HTTPException(
                403, f"the key {key.id} lacks the permission {self.permission.value}: it needs the scope {scopes}"
            )
        return key
