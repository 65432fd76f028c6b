"""Reports to authorities: where each stands, and another try for one that failed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Running, Server

router = APIRouter()
SHOWN = 100


@router.get("/referrals")
def show(
    request: Request, server: Server, session: Annotated[Session, Depends(Allowed(Permission.SEE_REFERRALS))]
) -> Response:
    """List the newest reports."""
    return _page(request, server, session)


@router.post("/referrals/{referral}/retry")
def retry(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.RETRY_REFERRAL))],
    referral: str,
) -> Response:
    """Make a failed or stopped report due now."""
    try:
        server.place.retry_referral(referral, session.person.id)
    except LookupError as error:
        return _page(request, server, session, status=409, refused=str(error))
    return RedirectResponse("/referrals", status_code=303)


def _page(request: Request, server: Running, session: Session, status: int = 200, refused: str = "") -> Response:
    rows = server.cases.referrals(limit=SHOWN)
    return page(request, "referrals.html", session, status=status, rows=rows, refused=refused, shown=SHOWN)
