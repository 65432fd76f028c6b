"""Complaints: those that wait, and the decision on one."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.casework.case import NotPossible
from tutela.casework.redress import Reason
from tutela.web.console.case import case_page
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Server

router = APIRouter()
Decider = Annotated[Session, Depends(Allowed(Permission.DECIDE_COMPLAINT))]
SHOWN = 100


@router.get("/complaints")
def show(request: Request, server: Server, session: Decider) -> Response:
    """List the complaints that wait, oldest first."""
    waiting = server.cases.open_complaints()
    return page(request, "complaints.html", session, rows=waiting[:SHOWN], waiting=len(waiting))


@router.post("/cases/{case_id}/complaints/{complaint_id}")
def decide(
    request: Request,
    server: Server,
    session: Decider,
    case_id: str,
    complaint_id: str,
    result: Annotated[Literal["upheld", "rejected"], Form()],
    reason: Annotated[Reason, Form()],
) -> Response:
    """Decide a complaint; one that is upheld orders the reversal of the action."""
    try:
        server.place.desk.decide_complaint(session.person, complaint_id, result == "upheld", reason)
    except LookupError as error:
        raise HTTPException(404, str(error)) from error
    except NotPossible as error:
        return case_page(request, server, session, case_id, status=409, refused=str(error))
    return RedirectResponse(f"/cases/{case_id}", status_code=303)
