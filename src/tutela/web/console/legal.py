"""Legal process: what authorities ask for, by when it is answered, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.approvals import NotApproved
from tutela.access.archive import WeakPassphrase
from tutela.access.ports import Session
from tutela.access.roles import NotAllowed, Permission
from tutela.casework.case import NoSuchCase, NotPossible
from tutela.casework.disclosure import BadRequest
from tutela.casework.evidence import EvidenceGone
from tutela.casework.holds import MIN_REFERENCE
from tutela.casework.legal.deadlines import end_of
from tutela.casework.legal.requests import Entry, LegalRequest, NoSuchRequest
from tutela.events.catalogue.legal import LegalWithdrawal
from tutela.events.catalogue.notices import Authority
from tutela.regimes.legal_process import NoSuchKind
from tutela.storage.access.approvals import Approvals
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server

router = APIRouter()
SHOWN = 50
Seer = Annotated[Session, Depends(Allowed(Permission.SEE_LEGAL))]
Reader = Annotated[Session, Depends(Allowed(Permission.READ_LEGAL))]
Answerer = Annotated[Session, Depends(Allowed(Permission.ANSWER_LEGAL))]
Line = Annotated[str, Form(max_length=400)]
Lines = Annotated[str, Form(max_length=100_000)]
_REFUSED = (
    NotPossible, NotApproved, NotAllowed, NoSuchCase, NoSuchKind, BadRequest, WeakPassphrase, EvidenceGone,
)  # fmt: skip


@router.get("/legal")
def show_all(request: Request, server: Server, session: Seer) -> Response:
    """List what waits for an answer, what is due first before the rest, and what was answered last."""
    reader, now = server.place.legal.reader, server.place.clock()
    return page(
        request,
        "legal.html",
        session,
        waits=reader.waiting(now),
        rows=reader.open(SHOWN),
        closed=reader.closed(SHOWN),
        table=server.place.legal.table,
        shown=SHOWN,
    )


@router.get("/legal/new")
def form(request: Request, server: Server, session: Answerer) -> Response:
    """Show the form by which a request is entered."""
    return _form(request, server, session, {})


@router.post("/legal")
def receive(
    request: Request,
    server: Server,
    session: Answerer,
    kind: Line,
    authority: Annotated[Authority, Form()],
    name: Line,
    country: Line,
    reference: Line,
    received: Annotated[datetime, Form()],
    due: Annotated[datetime | Literal[""], Form()] = "",
    until: Annotated[date | Literal[""], Form()] = "",
    service: Annotated[str, Form(max_length=63)] = "",
    accounts: Lines = "",
    cases: Lines = "",
    reports: Lines = "",
    silent: Annotated[date | Literal[""], Form()] = "",
) -> Response:
    """Enter a request. Times are UTC; accounts, cases and reports stand one on a line."""
    given = {
        "kind": kind, "authority": authority, "name": name, "country": country, "reference": reference,
        "received": f"{received:%Y-%m-%dT%H:%M}", "due": f"{due:%Y-%m-%dT%H:%M}" if due else "", "until": str(until),
        "service": service, "accounts": accounts, "cases": cases, "reports": reports, "silent": str(silent),
    }  # fmt: skip
    try:
        entry = Entry(
            kind=kind.strip(),
            authority=authority,
            name=name,
            country=country,
            reference=reference,
            received_at=_utc(received),
            due_at=_utc(due) if due else None,
            until=_end(server, until) if until else None,
            service=service,
            accounts=tuple(accounts.splitlines()),
            cases=tuple(cases.splitlines()),
            reports=tuple(reports.splitlines()),
            silent_until=_end(server, silent) if silent else None,
        )
        found = server.place.legal.receive(session.person, entry)
    except _REFUSED as error:
        return _form(request, server, session, given, refused=told(error))
    return RedirectResponse(f"/legal/{found}", status_code=303)


@router.get("/legal/{legal_id}")
def show(
    request: Request,
    server: Server,
    session: Seer,
    legal_id: str,
    details: Annotated[Literal["yes", ""], Query()] = "",
) -> Response:
    """Show a request; with `details`, to those who may read them, also who asked and about whom, on record."""
    return _page(request, server, session, legal_id, details=details == "yes")


@router.post("/legal/{legal_id}/ask-hold")
def ask_hold(request: Request, server: Server, session: Answerer, legal_id: str) -> Response:
    """Ask another person anew to allow its hold."""
    return _done(request, server, session, legal_id, lambda: server.place.legal.ask_hold(session.person, legal_id))


@router.post("/legal/{legal_id}/hold")
def carry_out(request: Request, server: Server, session: Answerer, legal_id: str) -> Response:
    """Place, extend or lift its hold, as another person allowed."""
    return _done(request, server, session, legal_id, lambda: server.place.legal.carry_out(session.person, legal_id))


@router.post("/legal/{legal_id}/extend")
def extend(
    request: Request,
    server: Server,
    session: Answerer,
    legal_id: str,
    reference: Line,
    until: Annotated[date | Literal[""], Form()] = "",
) -> Response:
    """Ask another person to allow that its hold stands longer."""

    def do() -> None:
        end = _end(server, until) if until else None
        server.place.legal.extend(session.person, legal_id, reference, end)

    return _done(request, server, session, legal_id, do)


@router.post("/legal/{legal_id}/withdraw")
def withdraw(
    request: Request, server: Server, session: Answerer, legal_id: str, reason: Annotated[LegalWithdrawal, Form()]
) -> Response:
    """Record that the authority took it back, or that it ended."""
    return _done(
        request, server, session, legal_id, lambda: server.place.legal.withdraw(session.person, legal_id, reason)
    )


@router.post("/legal/{legal_id}/refuse")
def refuse(request: Request, server: Server, session: Answerer, legal_id: str, reason: Line) -> Response:
    """Record that it is not carried out."""
    return _done(
        request, server, session, legal_id, lambda: server.place.legal.refuse(session.person, legal_id, reason)
    )


@router.post("/legal/{legal_id}/answer")
def answer(
    request: Request,
    server: Server,
    session: Answerer,
    legal_id: str,
    outcome: Annotated[Literal["preserved", "nothing_held"], Form()],
) -> Response:
    """Answer that everything is preserved, or that nothing is held."""
    desk = server.place.legal
    said = desk.answer_preserved if outcome == "preserved" else desk.answer_nothing_held
    return _done(request, server, session, legal_id, lambda: said(session.person, legal_id))


@router.post("/legal/{legal_id}/ask-hand-over")
def ask_hand_over(request: Request, server: Server, session: Answerer, legal_id: str) -> Response:
    """Ask another person to allow that what is held is handed over."""
    return _done(request, server, session, legal_id, lambda: server.place.legal.ask_hand_over(session.person, legal_id))


@router.post("/legal/{legal_id}/hand-over")
def hand_over(
    request: Request,
    server: Server,
    session: Answerer,
    legal_id: str,
    passphrase: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Give the archive with what is held, this once; that answers the request."""
    try:
        if passphrase != again:
            raise BadRequest("the passphrase was written in two ways")
        archive = server.place.legal.hand_over(session.person, legal_id, passphrase)
    except NoSuchRequest as error:
        raise HTTPException(404, told(error)) from error
    except _REFUSED as error:
        return _page(request, server, session, legal_id, refused=told(error))
    headers = {"Content-Disposition": f'attachment; filename="answer-{legal_id[-8:]}.tutela-archive"'}
    return Response(archive.data, media_type="application/octet-stream", headers=headers)


@router.post("/legal/{legal_id}/answered")
def answered(request: Request, server: Server, session: Reader, legal_id: str) -> Response:
    """Give what was answered, or the list of what was handed over; that it was read goes on record."""
    try:
        document = server.place.legal.answer_document(session.person, legal_id)
    except NoSuchRequest as error:
        raise HTTPException(404, told(error)) from error
    except _REFUSED as error:
        return _page(request, server, session, legal_id, refused=told(error))
    headers = {"Content-Disposition": f'attachment; filename="answer-{legal_id[-8:]}.json"'}
    return Response(document, media_type="application/json", headers=headers)


def _done(request: Request, server: Running, session: Session, legal_id: str, do: Callable[[], object]) -> Response:
    try:
        do()
    except NoSuchRequest as error:
        raise HTTPException(404, told(error)) from error
    except _REFUSED as error:
        return _page(request, server, session, legal_id, refused=told(error))
    return RedirectResponse(f"/legal/{legal_id}", status_code=303)


def _page(
    request: Request, server: Running, session: Session, legal_id: str, *, details: bool = False, refused: str = ""
) -> Response:
    place = server.place
    desk, now = place.legal, place.clock()
    try:
        found = desk.reader.one(legal_id)
    except NoSuchRequest as error:
        raise HTTPException(404, told(error)) from error
    may_read = Permission.READ_LEGAL in session.person.permissions
    return page(
        request,
        "legal_one.html",
        session,
        status=409 if refused else 200,
        found=found,
        overdue=found.is_overdue(now),
        state=desk.reader.covered(found),
        details=desk.details(session.person, legal_id) if details and may_read else None,
        kind=desk.table.named(found.kind),
        refusals=desk.table.refusal,
        asked=_asked(place.approvals, found, now),
        least=MIN_REFERENCE,
        refused=refused,
    )


def _asked(approvals: Approvals, found: LegalRequest, now: datetime) -> str:
    """Return where stands what was asked of another person last: a state, `over`, or nothing."""
    if found.asked is None:
        return ""
    one = approvals.one(found.asked)
    return "over" if one.state in ("waiting", "allowed") and one.is_over(now) else one.state.value


def _form(request: Request, server: Running, session: Session, given: dict[str, str], refused: str = "") -> Response:
    blank = dict.fromkeys(
        ("kind", "authority", "name", "country", "reference", "due", "until", "service", "accounts", "cases", "reports",
         "silent"), ""
    )  # fmt: skip
    now = server.place.clock()
    return page(
        request,
        "legal_new.html",
        session,
        status=409 if refused else 200,
        given={**blank, "received": f"{now:%Y-%m-%dT%H:%M}", **given},
        kinds=server.place.legal.table.on(now.date()),
        services=server.place.services(),
        least=MIN_REFERENCE,
        refused=refused,
    )


def _utc(moment: datetime) -> datetime:
    _require_year(moment.year)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _end(server: Running, day: date) -> datetime:
    _require_year(day.year)
    zone = server.place.settings.legal.zone
    return end_of(datetime(day.year, day.month, day.day, tzinfo=zone), 0, zone)


def _require_year(year: int) -> None:
    if not 2000 <= year <= 2200:
        raise NotPossible("a year from 2000 to 2200 is meant")
