"""Inspections by supervisory authorities: asked for, opened, and what the inspector opened."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.approvals import NotApproved
from tutela.access.inspection import AREAS, BadInspection, Plan
from tutela.access.ports import Session
from tutela.access.roles import NotAllowed, Permission
from tutela.storage.access.governance import moment
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server
from tutela.web.translation import gettext

router = APIRouter(prefix="/governance/inspections")
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_GOVERNANCE))]
Manager = Annotated[Session, Depends(Allowed(Permission.MANAGE_GOVERNANCE))]
Short = Annotated[str, Form(max_length=300)]
SHOWN = 100
_REFUSED = (BadInspection, NotApproved, NotAllowed)


@router.get("")
def show(request: Request, server: Server, session: Reader) -> Response:
    """List the inspections, newest first."""
    now = server.place.clock()
    rows = [(i, i.state(now)) for i in server.place.inspections.all(SHOWN)]
    return page(request, "inspections.html", session, rows=rows)


@router.get("/new")
def form_of_new(request: Request, session: Manager) -> Response:
    """Show the form by which one asks for an inspection."""
    return _form(request, session, {})


@router.post("/new")
def ask(
    request: Request,
    server: Server,
    session: Manager,
    authority: Short = "",
    reference: Short = "",
    name: Short = "",
    since: Short = "",
    until: Short = "",
    scope: Annotated[list[str] | None, Form(max_length=20)] = None,
) -> Response:
    """Ask another person to allow it."""
    given = {"authority": authority, "reference": reference, "name": name, "since": since, "until": until}
    areas = tuple(area for area in AREAS if area in (scope or ()))
    try:
        plan = Plan(authority.strip(), reference.strip(), name.strip(), moment(since), moment(until), areas)
        approval = server.place.inspections.ask(session.person, plan)
    except _REFUSED as error:
        return _form(request, session, given, areas, refused=told(error))
    except ValueError:
        return _form(request, session, given, areas, refused=gettext("a time is missing, or is none"))
    return RedirectResponse(f"/approvals/{approval}", status_code=303)


@router.post("/open/{approval_id}")
def open_(request: Request, server: Server, session: Manager, approval_id: str) -> Response:
    """Open what was allowed, and show the inspector's password this once."""
    try:
        inspection, password = server.place.inspections.open(session.person, approval_id)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except _REFUSED as error:
        raise HTTPException(409, told(error)) from error
    return _one(request, server, session, inspection.id, password=password)


@router.get("/{inspection_id}")
def show_one(
    request: Request,
    server: Server,
    session: Reader,
    inspection_id: str,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """Show an inspection with what the inspector opened, newest first."""
    return _one(request, server, session, inspection_id, before=before)


@router.post("/{inspection_id}/end")
def end(request: Request, server: Server, session: Manager, inspection_id: str) -> Response:
    """End it now."""
    try:
        server.place.inspections.end(session.person, inspection_id)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except _REFUSED as error:
        return _one(request, server, session, inspection_id, refused=told(error))
    return RedirectResponse(f"/governance/inspections/{inspection_id}", status_code=303)


@router.post("/{inspection_id}/password")
def renew(request: Request, server: Server, session: Manager, inspection_id: str) -> Response:
    """Make a new password of the inspector, and show it this once."""
    try:
        password = server.place.inspections.renew_password(session.person, inspection_id)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except _REFUSED as error:
        return _one(request, server, session, inspection_id, refused=told(error))
    return _one(request, server, session, inspection_id, password=password)


def _one(
    request: Request,
    server: Running,
    session: Session,
    inspection_id: str,
    *,
    before: int | None = None,
    password: str = "",
    refused: str = "",
) -> Response:
    try:
        found = server.place.inspections.one(inspection_id)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    pages = server.place.inspections.pages(inspection_id, SHOWN, before)
    return page(
        request,
        "inspection.html",
        session,
        status=409 if refused else 200,
        inspection=found,
        state=found.state(server.place.clock()),
        pages=pages,
        older=pages[-1][0] if len(pages) == SHOWN else None,
        password=password,
        refused=refused,
    )


def _form(
    request: Request, session: Session, given: dict[str, str], scope: tuple[str, ...] = (), refused: str = ""
) -> Response:
    blank = dict.fromkeys(("authority", "reference", "name", "since", "until"), "")
    return page(
        request,
        "inspection_ask.html",
        session,
        status=409 if refused else 200,
        given={**blank, **given},
        scope=scope or tuple(AREAS),
        areas=tuple(AREAS),
        refused=refused,
    )
