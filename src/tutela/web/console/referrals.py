"""Reports to authorities: where each stands, dead letters and what is done about them, and how long reports take."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.events.catalogue.referral import RetractReason, RetryReason
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Running, Server

router = APIRouter()
SHOWN = 100


@router.get("/referrals")
def show(
    request: Request, server: Server, session: Annotated[Session, Depends(Allowed(Permission.SEE_REFERRALS))]
) -> Response:
    """List the dead letters, and the newest reports."""
    return _page(request, server, session)


@router.get("/referrals/times")
def show_times(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.SEE_REFERRALS))],
    days: Annotated[Literal["7", "30", "90", "365"], Query()] = "30",
) -> Response:
    """Show how long reports take from the decision to the receipt."""
    last = server.place.clock().date()
    first = last - timedelta(days=int(days) - 1)
    start, end = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    return page(
        request,
        "referral_times.html",
        session,
        days=days,
        first=first,
        last=last,
        rows=server.place.reports.times(start, end),
        standing=server.place.reports.standing(),
        limit=server.place.settings.reports.overdue_hours,
    )


@router.post("/referrals/{referral}/retry")
def retry(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.RETRY_REFERRAL))],
    referral: str,
    reason: Annotated[RetryReason, Form()] = "unclear",
) -> Response:
    """Make a failed or stopped report due now."""
    try:
        server.place.reports.retry(referral, session.person.id, reason)
    except LookupError as error:
        return _page(request, server, session, status=409, refused=str(error))
    return RedirectResponse("/referrals", status_code=303)


@router.post("/referrals/{referral}/retract")
def retract(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.RETRACT_REFERRAL))],
    referral: str,
    reason: Annotated[RetractReason, Form()],
) -> Response:
    """Give a failed or stopped report up."""
    try:
        server.place.reports.retract(referral, session.person.id, reason)
    except LookupError as error:
        return _page(request, server, session, status=409, refused=str(error))
    return RedirectResponse("/referrals", status_code=303)


def _page(request: Request, server: Running, session: Session, status: int = 200, refused: str = "") -> Response:
    return page(
        request,
        "referrals.html",
        session,
        status=status,
        rows=server.cases.referrals(limit=SHOWN),
        dead=server.cases.dead_letters(SHOWN),
        standing=server.place.reports.standing(),
        unusable=server.place.unusable_recipients(),
        limit=server.place.settings.reports.overdue_hours,
        refused=refused,
        shown=SHOWN,
    )
