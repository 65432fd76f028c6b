"""Reports to authorities: where each stands, dead letters, times, what recipients said, and who opened production."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.approvals import NotApproved
from tutela.access.ports import Session
from tutela.access.roles import NotAllowed, Permission
from tutela.events.catalogue.referral import FeedbackKind, RetractReason, RetryReason
from tutela.referral.feedback import KINDS, LONGEST_REFERENCE, BadFeedback, Word
from tutela.referral.states import ReferralState
from tutela.storage.referral.foresight import Foresight
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server

router = APIRouter()
SHOWN = 100
ALL = "all"
MOST_ITEMS = 200
"""Of a report with more, items are not named one by one."""
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_REFERRALS))]
Recorder = Annotated[Session, Depends(Allowed(Permission.RECORD_FEEDBACK))]
Manager = Annotated[Session, Depends(Allowed(Permission.MANAGE_PRODUCTION))]


@router.get("/referrals")
def show(request: Request, server: Server, session: Reader) -> Response:
    """List the dead letters and the newest reports, and say what waits for production."""
    return _list(request, server, session)


@router.get("/referrals/times")
def show_times(
    request: Request,
    server: Server,
    session: Reader,
    days: Annotated[Literal["7", "30", "90"], Query()] = "30",
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
        return _list(request, server, session, status=409, refused=told(error))
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
        return _list(request, server, session, status=409, refused=told(error))
    return RedirectResponse("/referrals", status_code=303)


@router.get("/referrals/{referral}")
def one(request: Request, server: Server, session: Reader, referral: str) -> Response:
    """Show a report, what it lacks as long as it is not sent, and what its recipient said of it."""
    return _one(request, server, session, referral)


@router.post("/referrals/{referral}/feedback")
def record_feedback(
    request: Request,
    server: Server,
    session: Recorder,
    referral: str,
    said: Annotated[FeedbackKind | Literal["taken_back", ""], Form()] = "",
    items: Annotated[list[str] | None, Form(max_length=5000)] = None,
    reference: Annotated[str, Form(max_length=LONGEST_REFERENCE)] = "",
    jurisdiction: Annotated[str, Form(max_length=2)] = "",
    said_on: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Record what the recipient said."""
    try:
        if not said:
            raise BadFeedback("choose what the recipient said")
        if not items:
            raise BadFeedback("choose the items that it is about")
        word = Word(
            said=None if said == "taken_back" else said,
            items=() if items == [ALL] else tuple(items),
            reference=reference,
            jurisdiction=jurisdiction.strip().upper() or None if said == "not_illegal_there" else None,
            said_on=_day(said_on),
        )
        server.place.feedback.record(session.person, referral, word, "console")
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except (BadFeedback, NotAllowed) as error:
        return _one(request, server, session, referral, status=409, refused=told(error))
    return RedirectResponse(f"/referrals/{referral}", status_code=303)


@router.post("/production/{recipient}/ask")
def ask(request: Request, server: Server, session: Manager, recipient: str) -> Response:
    """Ask another person to let reports go to the production of a recipient."""
    try:
        approval = server.place.production.ask(session.person, recipient)
    except LookupError as error:
        return _list(request, server, session, status=409, refused=told(error))
    return RedirectResponse(f"/approvals/{approval}", status_code=303)


@router.post("/production/open/{approval_id}")
def open_(request: Request, server: Server, session: Manager, approval_id: str) -> Response:
    """Open what another person allowed."""
    try:
        server.place.production.open(session.person, approval_id)
    except (LookupError, NotApproved, NotAllowed) as error:
        return _list(request, server, session, status=409, refused=told(error))
    return RedirectResponse("/referrals", status_code=303)


@router.post("/production/{recipient}/close")
def close(request: Request, server: Server, session: Manager, recipient: str) -> Response:
    """Let nothing go there from now on; one person is enough."""
    try:
        server.place.production.close(session.person, recipient)
    except LookupError as error:
        return _list(request, server, session, status=409, refused=told(error))
    return RedirectResponse("/referrals", status_code=303)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadFeedback("a time is missing, or is none") from error


def _list(request: Request, server: Running, session: Session, status: int = 200, refused: str = "") -> Response:
    return page(
        request,
        "referrals.html",
        session,
        status=status,
        rows=server.cases.referrals(limit=SHOWN),
        productions=server.place.production.standings(),
        troubles=server.place.statements.troubles(SHOWN),
        dead=server.cases.dead_letters(SHOWN),
        standing=server.place.reports.standing(),
        unusable=server.place.unusable_recipients(),
        limit=server.place.settings.reports.overdue_hours,
        refused=refused,
        shown=SHOWN,
    )


def _one(
    request: Request, server: Running, session: Session, referral: str, status: int = 200, refused: str = ""
) -> Response:
    place = server.place
    try:
        row = server.cases.referral(referral)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    pending = ReferralState(row.state).pending
    return page(
        request,
        "referral.html",
        session,
        status=status,
        report=row,
        items=place.feedback.items(referral),
        told=place.feedback.of_reports([referral]).get(referral, []),
        lacks=Foresight(place.database).lacks(row.case_id) if pending else None,
        kinds=KINDS,
        longest=LONGEST_REFERENCE,
        most_items=MOST_ITEMS,
        today=place.clock().date(),
        refused=refused,
    )
