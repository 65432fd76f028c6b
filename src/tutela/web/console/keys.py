"""API keys: by which platforms call, what they may, until when, and when they last did."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import KEY_SCOPES, Permission
from tutela.events.obstacles import BadValue
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server

router = APIRouter(prefix="/keys")
Manager = Annotated[Session, Depends(Allowed(Permission.MANAGE_KEYS))]


@router.get("")
def show(request: Request, server: Server, session: Manager) -> Response:
    """List the keys, valid ones first."""
    return _page(request, server, session)


@router.post("")
def create(
    request: Request,
    server: Server,
    session: Manager,
    name: Annotated[str, Form(max_length=63)] = "",
    scopes: Annotated[list[str], Form(max_length=20)] = [],  # noqa: B006 - the framework copies it
    last_day: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Make a key; its secret is shown this once."""
    try:
        expires = _end_of(last_day)
        secret = server.place.people.create_key(name.strip(), scopes, session.person.id, expires)
    except ValueError as error:
        return _page(request, server, session, refused=told(error), status=422)
    return _page(request, server, session, made=name.strip(), secret=secret)


@router.post("/{key_id}/revoke")
def revoke(server: Server, session: Manager, key_id: str) -> Response:
    """End a key for good."""
    try:
        server.place.people.revoke_key(key_id, session.person.id)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    return RedirectResponse("/keys", status_code=303)


def _end_of(day: str) -> datetime | None:
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC)
    except (ValueError, OverflowError) as error:
        raise BadValue("write the last day as 2026-12-31, or leave it out") from error


def _page(
    request: Request,
    server: Running,
    session: Session,
    *,
    made: str = "",
    secret: str = "",
    refused: str = "",
    status: int = 200,
) -> Response:
    return page(
        request,
        "keys.html",
        session,
        status=status,
        keys=server.place.people.keys.all(),
        scopes=list(KEY_SCOPES),
        made=made,
        secret=secret,
        refused=refused,
    )
