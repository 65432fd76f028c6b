"""Who calls, and what they may do here: the one place where a route states its permission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, cast

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tutela.access.ports import ApiKey, IdentityProvider, Session, Step
from tutela.access.roles import KEY_SCOPES, Permission, Person, Role
from tutela.casework.stream import ItemStream
from tutela.events.catalogue.access import PersonRefused
from tutela.events.envelope import NewEvent
from tutela.storage.casework.case_reader import CaseReader, no_such_case
from tutela.storage.casework.exclusions import is_kept_from
from tutela.storage.workplace import Workplace
from tutela.web.arrivals import Arrivals
from tutela.web.rates import RateLimits
from tutela.web.security import require_csrf, sent_token

COOKIE = "tutela_session"
ANY_STEP = frozenset(Step)


@dataclass(frozen=True, slots=True)
class Running:
    """What one running server works with. `provider`: of OpenID Connect, if one is configured."""

    place: Workplace
    stream: ItemStream
    arrivals: Arrivals
    rates: RateLimits
    provider: IdentityProvider | None = None

    @property
    def cases(self) -> CaseReader:
        """Cases as people read them."""
        return CaseReader(self.place.database)


class NotSignedIn(Exception):
    """Nobody is signed in, or the session has ended."""


class StepDue(Exception):
    """The sign-in is not complete; `session.step` says what is wanted next."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.step)
        self.session = session


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


def address_of(request: Request) -> str:
    """Return the address of the caller: from the connection, or from a proxy that is trusted."""
    return running(request).arrivals.address_of(request.scope)


def record_refusal(place: Workplace, person: Person, lacking: Permission | Literal["untrained"]) -> None:
    """Put on record that somebody asked for what their roles, or their training, do not allow."""
    payload = PersonRefused(reason=f"lacks {lacking.value}" if isinstance(lacking, Permission) else lacking)
    with place.transactions.record() as log:
        log.append([NewEvent(payload, person.id, place.clock(), person.id)])


class Allowed:
    """A dependency: the session of somebody who has the permission.

    Without a permission everybody who is signed in may pass; with steps `during`, also those whose sign-in still
    wants one of them. On every method that changes something the token of
    the session must come with the request, so that no route can forget to ask for it. A planted case whose answer the
    person knows is not there for them, by whatever route they ask.
    """

    def __init__(self, permission: Permission | None, *, during: frozenset[Step] = frozenset()) -> None:
        self.permission = permission
        self.during = during

    def __call__(self, request: Request, token: Annotated[str, Depends(sent_token)]) -> Session:
        """Return the session; raises NotSignedIn, StepDue, Denied, NoSuchCase, and 403 for another session's form."""
        session = session_of(request)
        if session is None:
            raise NotSignedIn
        if session.step is not None and session.step not in self.during:
            raise StepDue(session)
        require_csrf(request, session, token)
        if self.permission is not None and self.permission not in session.person.permissions:
            record_refusal(running(request).place, session.person, self.permission)
            raise Denied(session, self.permission)
        case = request.path_params.get("case_id")
        if case is not None and is_kept_from(running(request).place.database, case, session.person.id):
            raise no_such_case(case)
        if Role.SUPERVISOR in session.person.roles:
            # The path alone: what is asked after it may be anything that somebody typed.
            running(request).place.inspections.opened(session.person, f"{request.method} {request.url.path}")
        return session


_bearer = HTTPBearer(auto_error=False, description="An API key: `tutela key create NAME --scope items`")


class KeyAllowed:
    """A dependency: the API key of the caller, if it has the permission."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(
        self, request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> ApiKey:
        """Return the key; raises TooMany, and 401 and 403 with what to do."""
        challenge = {"WWW-Authenticate": "Bearer"}
        if sent is None:
            raise HTTPException(401, "send an API key: Authorization: Bearer tut_...", challenge)
        here = running(request)
        key = here.place.people.key(sent.credentials)
        if key is None:
            raise HTTPException(
                401, "this API key is not valid, or it was revoked: `tutela key create` makes a new one", challenge
            )
        here.rates.require("key", key.id)
        if self.permission not in key.permissions:
            if here.rates.first_this_minute(f"{key.id} {self.permission.value}"):
                here.place.people.keys.refused(key, f"lacks {self.permission.value}")
            scopes = " or ".join(scope for scope, grants in KEY_SCOPES.items() if self.permission in grants)
            raise HTTPException(
                403, f"the key {key.id} lacks the permission {self.permission.value}: it needs the scope {scopes}"
            )
        return key
