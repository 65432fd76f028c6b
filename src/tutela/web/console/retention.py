"""Clocks, holds, erasures: what goes when and why, and the certificates of what went."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from tutela.access.approvals import NotApproved
from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.casework.case import NoSuchCase, NotPossible
from tutela.casework.certificates import BadCertificate, verify
from tutela.casework.holds import LONGEST, MIN_REFERENCE, cases_in
from tutela.events.catalogue.retention import HoldGround, HoldReason
from tutela.storage.access.approvals import Approvals
from tutela.storage.evidence.holds import NoSuchHold
from tutela.web.console.pages import is_fragment, page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server

router = APIRouter()
SHOWN = 50
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_RETENTION))]
Holder = Annotated[Session, Depends(Allowed(Permission.PLACE_HOLD))]


@router.get("/retention")
def show(
    request: Request,
    server: Server,
    session: Reader,
    days: Annotated[int, Query(ge=0, le=3660)] = 30,
    after: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Show whose evidence goes next and why, the holds that stand, conflicts, and the newest certificates."""
    place = server.place
    retention = place.retention
    rows = retention.preview(retention.horizon(days), after=_after(after), limit=SHOWN + 1)
    more = rows[SHOWN - 1] if len(rows) > SHOWN else None
    return page(
        request,
        "retention.html",
        session,
        days=days,
        rows=rows[:SHOWN],
        more=f"{more.clock.due.isoformat()}~{more.case}" if more and more.clock else "",
        first=not after,
        standing=retention.standing(SHOWN),
        conflicts=retention.conflicts(SHOWN),
        certificates=retention.recent(20),
        policy=retention.policy,
        table=retention.table,
        closed=[year for year in range(2021, server.place.clock().year) if server.place.keys.is_closed(year)],
        rotating=server.place.keys.rotation(),
        suspended_ground=server.place.suspended.ground,
        shown=SHOWN,
        legal=place.legal.reader.waiting(place.clock()) if Permission.SEE_LEGAL in session.person.permissions else None,
    )


@router.get("/retention/certificates/{certificate}")
def show_certificate(request: Request, server: Server, session: Reader, certificate: str) -> Response:
    """Show a certificate of erasure, and whether its signature and the erasure hold."""
    try:
        found = server.place.retention.certificate(certificate)
        case = server.place.retention.case_of(certificate)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    try:
        verify(found, server.place.keys.signing())
        wrong = ""
    except BadCertificate as error:
        wrong = told(error)
    gone = server.place.vault.is_gone(case)
    return page(request, "certificate.html", session, found=found, case=case, wrong=wrong, gone=gone)


@router.get("/retention/certificates/{certificate}/certificate.json")
def certificate_json(server: Server, session: Reader, certificate: str) -> Response:  # noqa: ARG001
    """Give the same as JSON, as `tutela retention verify-certificate` reads it."""
    try:
        found = server.place.retention.certificate(certificate)
        case = server.place.retention.case_of(certificate)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    return JSONResponse({"case": case, **found.model_dump(mode="json")})


@router.get("/cases/{case_id}/clock")
def case_clock(request: Request, server: Server, session: Reader, case_id: str) -> Response:
    """Show the clock and the holds of a case: a part of its page, and a page of its own."""
    return _clock_page(request, server, session, case_id)


@router.post("/cases/{case_id}/holds/ask")
def ask_hold(
    request: Request,
    server: Server,
    session: Holder,
    case_id: str,
    ground: Annotated[HoldGround, Form()],
    until: Annotated[date, Form()],
    reference: Annotated[str, Form(max_length=4000)],
) -> Response:
    """Ask another person to allow a hold on this case, on a document."""
    try:
        holds = server.place.retention.holds
        holds.ask(session.person, [case_id], ground=ground, until=_end(until), reference=reference)
    except NoSuchCase as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return _clock_page(request, server, session, case_id, status=409, refused=told(error))
    return RedirectResponse(f"/cases/{case_id}/clock", status_code=303)


@router.post("/cases/{case_id}/holds/place")
def place_hold(
    request: Request,
    server: Server,
    session: Holder,
    case_id: str,
    approval: Annotated[str, Form(max_length=36)],
) -> Response:
    """Place a hold that another person allowed."""
    try:
        if case_id not in cases_in(server.place.approvals.one(approval).facts):
            raise NotPossible("another person allowed something else")
        server.place.retention.holds.place(session.person, approval)
    except NoSuchCase as error:
        raise HTTPException(404, told(error)) from error
    except (NotPossible, NotApproved, LookupError) as error:
        return _clock_page(request, server, session, case_id, status=409, refused=told(error))
    return RedirectResponse(f"/cases/{case_id}/clock", status_code=303)


@router.post("/holds/{hold}/ask")
def ask_change(
    request: Request,
    server: Server,
    session: Holder,
    hold: str,
    deed: Annotated[Literal["extend", "lift"], Form()],
    reason: Annotated[HoldReason, Form()],
    until: Annotated[date | Literal[""], Form()] = "",
) -> Response:
    """Ask another person to allow that a hold is extended or lifted."""
    try:
        cases = server.place.retention.cases_of(hold)
    except NoSuchHold as error:
        raise HTTPException(404, told(error)) from error
    end = _end(until) if deed == "extend" and until else None
    try:
        server.place.retention.holds.ask_change(session.person, hold, deed, until=end, reason=reason)
    except NotPossible as error:
        return _clock_page(request, server, session, cases[0], status=409, refused=told(error))
    return RedirectResponse(f"/cases/{cases[0]}/clock", status_code=303)


@router.post("/holds/{hold}/change")
def change_hold(
    request: Request,
    server: Server,
    session: Holder,
    hold: str,
    approval: Annotated[str, Form(max_length=36)],
    deed: Annotated[Literal["extend", "lift"], Form()],
) -> Response:
    """Extend or lift a hold as another person allowed."""
    holds = server.place.retention.holds
    try:
        cases = server.place.retention.cases_of(hold)
    except NoSuchHold as error:
        raise HTTPException(404, told(error)) from error
    try:
        (holds.extend if deed == "extend" else holds.lift)(session.person, approval, hold)
    except (NotPossible, NotApproved, LookupError) as error:
        return _clock_page(request, server, session, cases[0], status=409, refused=told(error))
    return RedirectResponse(f"/cases/{cases[0]}/clock", status_code=303)


def _clock_page(
    request: Request, server: Running, session: Session, case_id: str, *, status: int = 200, refused: str = ""
) -> Response:
    place = server.place
    try:
        found = place.retention.of_case(case_id)
    except NoSuchCase as error:
        raise HTTPException(404, told(error)) from error
    fragment = is_fragment(request)
    may_hold = Permission.PLACE_HOLD in session.person.permissions
    allowed = Approvals(place.database, place.clock).usable(session.person) if may_hold and not fragment else []
    return page(
        request,
        "case/clock.html" if fragment else "clock.html",
        session,
        status=status,
        found=found,
        certificates=place.retention.recent(10, case_id),
        allowed=[one for one in allowed if one.kind == "hold" and case_id in cases_in(one.facts)],
        legal=place.legal.reader.of_case(case_id) if Permission.SEE_LEGAL in session.person.permissions else [],
        refused=refused,
        least=MIN_REFERENCE,
        earliest=(place.clock() + timedelta(days=1)).date(),
        latest=(place.clock() + LONGEST - timedelta(days=1)).date(),
    )


def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)


def _after(text: str) -> tuple[datetime, str] | None:
    at, _, case = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, case) if moment.tzinfo is not None else None
