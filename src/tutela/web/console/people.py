"""Who has access: people, their roles, what they come in by, and where they are signed in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Account, Session
from tutela.access.roles import Permission, Person, Role
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server

router = APIRouter(prefix="/people")
Manager = Annotated[Session, Depends(Allowed(Permission.MANAGE_PEOPLE))]
Roles = Annotated[list[Role], Form(max_length=len(Role))]


@router.get("")
def show(request: Request, server: Server, session: Manager) -> Response:
    """List people, those with access first."""
    return _list_page(request, server, session)


@router.post("")
def add(
    request: Request,
    server: Server,
    session: Manager,
    name: Annotated[str, Form(max_length=63)] = "",
    full_name: Annotated[str, Form(max_length=200)] = "",
    roles: Roles = [],  # noqa: B006 - the framework copies it
) -> Response:
    """Give somebody access, with a first password that is shown this once and must be changed."""
    password = _first_password()
    person = Person(name.strip(), full_name.strip() or name.strip(), frozenset(roles))
    try:
        server.place.people.add(person, password, session.person.id)
    except ValueError as error:
        return _list_page(request, server, session, told(error), 422)
    return _person_page(request, server, session, person.id, password=password)


@router.get("/{person_id}")
def show_one(request: Request, server: Server, session: Manager, person_id: str) -> Response:
    """Show one person's access."""
    return _person_page(request, server, session, person_id)


@router.post("/{person_id}/roles")
def set_roles(
    request: Request,
    server: Server,
    session: Manager,
    person_id: str,
    roles: Roles = [],  # noqa: B006 - the framework copies it
) -> Response:
    """Give somebody other roles; their sessions end."""
    try:
        server.place.people.set_roles(person_id, frozenset(roles), session.person.id)
    except (LookupError, ValueError) as error:
        return _refused(request, server, session, person_id, error)
    return _back(person_id)


@router.post("/{person_id}/deactivate")
def deactivate(request: Request, server: Server, session: Manager, person_id: str) -> Response:
    """Take somebody's access; their sessions end."""
    try:
        server.place.people.deactivate(person_id, session.person.id)
    except (LookupError, ValueError) as error:
        return _refused(request, server, session, person_id, error)
    return _back(person_id)


@router.post("/{person_id}/password")
def set_password(request: Request, server: Server, session: Manager, person_id: str) -> Response:
    """Give somebody a new first password, shown this once."""
    password = _first_password()
    try:
        server.place.people.set_first_password(person_id, password, session.person.id)
    except (LookupError, ValueError) as error:
        return _refused(request, server, session, person_id, error)
    return _person_page(request, server, session, person_id, password=password)


@router.post("/{person_id}/second-factor/reset")
def reset_second_factor(request: Request, server: Server, session: Manager, person_id: str) -> Response:
    """Take somebody's second factor, for them to set up anew."""
    try:
        server.place.people.reset_second_factor(person_id, session.person.id)
    except (LookupError, ValueError) as error:
        return _refused(request, server, session, person_id, error)
    return _back(person_id)


@router.post("/{person_id}/sessions/end")
def end_sessions(server: Server, session: Manager, person_id: str) -> Response:
    """End every session of somebody."""
    try:
        server.place.people.account(person_id)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    server.place.people.sessions.end_some(person_id, session.person.id, but=session.id)
    return _back(person_id)


def _first_password() -> str:
    return secrets.token_urlsafe(15)


def _back(person_id: str) -> Response:
    return RedirectResponse(f"/people/{person_id}", status_code=303)


def _list_page(request: Request, server: Running, session: Session, refused: str = "", status: int = 200) -> Response:
    accounts = server.place.people.accounts()
    return page(
        request,
        "people.html",
        session,
        status=status,
        refused=refused,
        accounts=accounts,
        inspections=_inspections(server, accounts),
        roles=list(Role),
        factor_due=server.place.settings.entrance.needs_second_factor,
    )


def _inspections(server: Running, accounts: Sequence[Account]) -> dict[str, str]:
    """Return the state of the inspection of each inspector: only while it is open may they come in."""
    names = [a.person.id for a in accounts if Role.SUPERVISOR in a.person.roles]
    now, last = server.place.clock(), server.place.inspections.of_inspectors(names)
    return {name: last[name].state(now) if name in last else "ended" for name in names}


def _refused(request: Request, server: Running, session: Session, person_id: str, error: Exception) -> Response:
    return _person_page(request, server, session, person_id, refused=told(error), status=409)


def _person_page(
    request: Request,
    server: Running,
    session: Session,
    person_id: str,
    *,
    password: str = "",
    refused: str = "",
    status: int = 200,
) -> Response:
    people = server.place.people
    try:
        account = people.account(person_id)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    return page(
        request,
        "person.html",
        session,
        status=status,
        account=account,
        inspections=_inspections(server, [account]),
        sessions=people.sessions.of(person_id),
        password=password,
        refused=refused,
        roles=list(Role),
        own=session.person.id == person_id,
    )
