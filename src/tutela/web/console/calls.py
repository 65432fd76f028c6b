"""Calls to the platform: which wait, which failed, and another try."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.casework.calls import CallState
from tutela.storage.platform.call_store import COUNTED
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server

router = APIRouter()
SHOWN = 50


@router.get("/calls")
def show(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.SEE_CALLS))],
    state: Annotated[CallState | None, Query()] = None,
    before: Annotated[str | None, Query(max_length=36)] = None,
) -> Response:
    """List calls, newest first, of one state if asked."""
    return _page(request, server, session, state, before)


@router.post("/calls/{call}/retry")
def retry(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.RETRY_CALL))],
    call: str,
) -> Response:
    """Make a call due now."""
    try:
        server.place.calls.retry(call, session.person.id)
    except LookupError as error:
        return _page(request, server, session, status=409, refused=told(error))
    return RedirectResponse("/calls", status_code=303)


@router.post("/calls/retry")
def retry_dead(
    server: Server, session: Annotated[Session, Depends(Allowed(Permission.RETRY_CALL))]
) -> RedirectResponse:
    """Make the dead calls due now."""
    server.place.calls.retry_dead(session.person.id)
    return RedirectResponse("/calls?state=waiting", status_code=303)


def _page(
    request: Request,
    server: Running,
    session: Session,
    state: CallState | None = None,
    before: str | None = None,
    *,
    status: int = 200,
    refused: str = "",
) -> Response:
    calls, settings = server.place.calls, server.place.settings.platform
    try:
        rows = calls.newest(state, before, SHOWN + 1)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    return page(
        request,
        "calls.html",
        session,
        status=status,
        rows=rows[:SHOWN],
        older=rows[SHOWN - 1].id if len(rows) > SHOWN else None,
        states=list(CallState),
        chosen=state,
        counts=calls.counts(),
        counted=COUNTED,
        calling=settings.calls,
        target=settings.target,
        refused=refused,
    )
