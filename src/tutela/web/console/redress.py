"""Redress in one case: actions, notices and their deferral, complaints with courts, requests for access."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.casework.case import NoSuchCase, NotPossible
from tutela.casework.notice_desk import NoNotice
from tutela.casework.redress_records import MAX_WORDS, AuthorityRequest, CourtPaper
from tutela.events.catalogue.notices import AccessOutcome, Authority
from tutela.web.console.complaints import overdue
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server

router = APIRouter()
Enterer = Annotated[Session, Depends(Allowed(Permission.ENTER_COMPLAINT))]
Deferrer = Annotated[Session, Depends(Allowed(Permission.DEFER_NOTICE))]
SHOWN = 100
Line = Annotated[str, Form(max_length=200)]
Words = Annotated[str, Form(max_length=20_000)]


@router.get("/notices")
def show_notices(request: Request, server: Server, session: Deferrer) -> Response:
    """List the deferrals that stand, those that end first before the others, and what is overdue."""
    reader = server.place.redress_reader
    return page(
        request,
        "notices.html",
        session,
        deferrals=reader.standing_deferrals(SHOWN),
        waiting=reader.notices_to_hand_over(SHOWN),
        hand_over=server.place.settings.redress.time_to_hand_over,
        overdue=overdue(server),
    )


@router.get("/cases/{case_id}/redress")
def show_case(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.SEE_QUEUE))],
    case_id: str,
) -> Response:
    """Show all redress of a case."""
    return redress_page(request, server, session, case_id)


@router.post("/cases/{case_id}/complaints")
def enter(
    request: Request,
    server: Server,
    session: Enterer,
    case_id: str,
    action: Annotated[str, Form(max_length=36)],
    court: Line,
    docket: Line,
    filed_on: Annotated[date, Form()],
    text: Words = "",
) -> Response:
    """Enter a complaint that was lodged with a court."""
    try:
        if not court.strip() or not docket.strip():
            raise NotPossible("name the court, and its reference")
        paper = CourtPaper(court=court.strip(), docket=docket.strip(), filed_on=filed_on, text=text[: MAX_WORDS + 1])
        complaint = server.place.redress.enter(session.person, action, paper)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return redress_page(request, server, session, case_id, status=409, refused=told(error))
    return RedirectResponse(f"/complaints/{complaint}", status_code=303)


@router.post("/cases/{case_id}/deferral")
def defer(
    request: Request,
    server: Server,
    session: Deferrer,
    case_id: str,
    kind: Annotated[Authority, Form()],
    authority: Line,
    reference: Line,
    ends: Annotated[date, Form()],
    text: Words = "",
) -> Response:
    """Keep the notices of a case back until the end of a day, because an authority asks so in writing."""
    try:
        paper = AuthorityRequest(authority=authority.strip(), reference=reference.strip(), text=text[: MAX_WORDS + 1])
        until = datetime.combine(ends, time(23, 59, 59), UTC)
        server.place.notices.defer(session.person, case_id, kind, paper, until)
    except NoSuchCase as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return redress_page(request, server, session, case_id, status=409, refused=told(error))
    return RedirectResponse(f"/cases/{case_id}/redress", status_code=303)


@router.post("/cases/{case_id}/deferrals/{deferral_id}/end")
def lift(request: Request, server: Server, session: Deferrer, case_id: str, deferral_id: str) -> Response:
    """End a deferral before its time: the user is told now."""
    try:
        server.place.notices.lift(session.person, deferral_id)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return redress_page(request, server, session, case_id, status=409, refused=told(error))
    return RedirectResponse(f"/cases/{case_id}/redress", status_code=303)


@router.post("/cases/{case_id}/notices/{about}/link")
def change_link(
    request: Request,
    server: Server,
    session: Enterer,
    case_id: str,
    about: str,
    change: Annotated[Literal["renew", "revoke"], Form()],
) -> Response:
    """Replace the link in a notice, or end it."""
    try:
        if change == "renew":
            server.place.notices.renew_link(session.person, about)
        else:
            server.place.notices.revoke_link(session.person, about)
    except NoNotice as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return redress_page(request, server, session, case_id, status=409, refused=told(error))
    return RedirectResponse(f"/cases/{case_id}/redress", status_code=303)


@router.post("/cases/{case_id}/access/{request_id}")
def answer_access(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.DECIDE_COMPLAINT))],
    case_id: str,
    request_id: str,
    outcome: Annotated[AccessOutcome, Form()],
    answer: Words = "",
) -> Response:
    """Record how a request for the data of a suspended account was answered; the user is told."""
    try:
        server.place.notices.answer_access(session.person, request_id, outcome, answer)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return redress_page(request, server, session, case_id, status=409, refused=told(error))
    return RedirectResponse(f"/cases/{case_id}/redress", status_code=303)


def redress_page(
    request: Request, server: Running, session: Session, case_id: str, *, status: int = 200, refused: str = ""
) -> Response:
    """Return the page of redress in a case, with what was refused if something was."""
    try:
        case = server.cases.one(case_id)
    except NoSuchCase as error:
        raise HTTPException(404, told(error)) from error
    reader, policy = server.place.redress_reader, server.place.settings.redress
    notices = reader.notices_of_case(case_id)
    actions = {action.id: action for action in case.actions}
    suspensions = [a.id for a in case.actions if a.kind == "suspend_account"]
    deferrals = reader.deferrals_of_case(case_id)
    return page(
        request,
        "redress_case.html",
        session,
        status=status,
        case=case,
        actions=actions,
        notices=notices[:SHOWN],
        complaints=reader.of_case(case_id)[:SHOWN],
        deferrals=deferrals,
        standing=next((d for d in deferrals if d.ended_at is None), None),
        may_defer=not any(n.issued_at for n in notices) and all(d.ended_at for d in deferrals),
        longest=policy.longest_deferral,
        access=[one for action in suspensions for one in reader.access_of_action(action)],
        due=policy.due,
        access_within=policy.time_for_access,
        may_read=Permission.SEE_EVIDENCE in session.person.permissions,
        refused=refused,
    )
