"""Four eyes: what waits for a second person, what one asked for oneself, and carrying out what was allowed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from tutela.access.approvals import ALLOWS, ASKS, Approval, ApprovalState, NotApproved
from tutela.access.archive import WeakPassphrase
from tutela.access.ports import Session
from tutela.access.roles import NotAllowed, Permission, Person
from tutela.casework.disclosure import PURPOSES, REASONS, BadRequest
from tutela.casework.holds import cases_in
from tutela.events.catalogue.approvals import ApprovalKind
from tutela.storage.evidence.disclosure import FORMATS, Archive
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server, running
from tutela.web.translation import gettext

router = APIRouter()
Anybody = Annotated[Session, Depends(Allowed(None))]
Unmasker = Annotated[Session, Depends(Allowed(Permission.UNMASK))]
Exporter = Annotated[Session, Depends(Allowed(Permission.EXPORT))]
HandsOver = Annotated[Session, Depends(Allowed(Permission.HAND_OVER))]
Short = Annotated[str, Form(max_length=200)]
SHOWN = 50
_REFUSED = (BadRequest, NotApproved, NotAllowed, WeakPassphrase)


@router.get("/approvals")
def show(
    request: Request,
    server: Server,
    session: Anybody,
    before: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """Show what waits for the person, what they asked for, and the history to those who approve or audit."""
    return _list(request, server, session, before=before)


@router.get("/approvals/unmask")
def form_to_unmask(request: Request, session: Unmasker, case: Annotated[str, Query(max_length=36)] = "") -> Response:
    """Show the form by which one asks to see the real accounts of a case."""
    return _form(request, session, "unmask", {"case": case})


@router.post("/approvals/unmask")
def ask_to_unmask(
    request: Request,
    server: Server,
    session: Unmasker,
    case: Short,
    purpose: Short,
    reason: Short,
    reference: Short,
) -> Response:
    """Ask for it."""
    given = {"case": case, "purpose": purpose, "reason": reason, "reference": reference}
    return _asked(
        request, session, "unmask", given,
        lambda: server.place.disclosure.ask_unmask(session.person, case.strip(), purpose, reason, reference),
    )  # fmt: skip


@router.get("/approvals/export")
def form_to_export(
    request: Request,
    session: Exporter,
    what: Literal["case", "person", "audit"] = "case",
    case: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """Show the form by which one asks to export a case file, a person's data or the audit."""
    return _form(request, session, "export", {"what": what, "case": case})


@router.post("/approvals/export")
def ask_to_export(
    request: Request,
    server: Server,
    session: Exporter,
    what: Annotated[Literal["case", "person", "audit"], Form()],
    reference: Short,
    case: Short = "",
    service: Short = "",
    account: Annotated[str, Form(max_length=1000)] = "",
    pictures: Annotated[Literal["yes", ""], Form()] = "",
) -> Response:
    """Ask for it. The account goes into the record as a pseudonym alone."""
    person, disclosure = session.person, server.place.disclosure
    ways: dict[str, Callable[[], str]] = {
        "case": lambda: disclosure.ask_case_export(person, case.strip(), reference, pictures=pictures == "yes"),
        "person": lambda: disclosure.ask_person_export(person, service.strip(), account, reference),
        "audit": lambda: disclosure.ask_audit_export(person, reference),
    }
    given = {"what": what, "case": case, "service": service, "reference": reference}
    return _asked(request, session, "export", given, ways[what])


@router.get("/approvals/hand-over")
def form_to_hand_over(
    request: Request, session: HandsOver, case: Annotated[str, Query(max_length=36)] = ""
) -> Response:
    """Show the form by which one asks to hand the content of a preserved case over to an authority."""
    return _form(request, session, "hand_over", {"case": case})


@router.post("/approvals/hand-over")
def ask_to_hand_over(request: Request, server: Server, session: HandsOver, case: Short, reference: Short) -> Response:
    """Ask for it."""
    return _asked(
        request, session, "hand_over", {"case": case, "reference": reference},
        lambda: server.place.disclosure.ask_hand_over(session.person, case.strip(), reference),
    )  # fmt: skip


@router.get("/approvals/{approval_id}")
def show_one(request: Request, server: Server, session: Anybody, approval_id: str) -> Response:
    """Show one, with what its owner can do with it once it is allowed."""
    return _one(request, session, _visible(server, session.person, approval_id))


@router.post("/approvals/{approval_id}/decide")
def decide(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.APPROVE))],
    approval_id: str,
    decision: Annotated[Literal["allow", "refuse"], Form()],
) -> Response:
    """Allow or refuse what another person asked for."""
    try:
        server.place.approvals.decide(session.person, approval_id, decision == "allow")
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except (NotApproved, NotAllowed) as error:
        return _list(request, server, session, status=409, refused=told(error))
    return RedirectResponse("/approvals", status_code=303)


@router.post("/approvals/{approval_id}/unmask")
def unmask(request: Request, server: Server, session: Unmasker, approval_id: str) -> Response:
    """Show the real accounts, this once."""
    found = _visible(server, session.person, approval_id)
    try:
        accounts = server.place.disclosure.unmask(session.person, approval_id)
    except _REFUSED as error:
        return _one(request, session, found, refused=told(error))
    return page(request, "unmasked.html", session, approval=found, accounts=accounts)


@router.post("/approvals/{approval_id}/export")
def export(
    request: Request,
    server: Server,
    session: Exporter,
    approval_id: str,
    passphrase: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
    account: Annotated[str, Form(max_length=1000)] = "",
    form: Annotated[str, Form(max_length=10)] = "jsonl",
) -> Response:
    """Give the archive, or the lines of the audit, this once."""
    found = _visible(server, session.person, approval_id)
    person, disclosure, facts = session.person, server.place.disclosure, found.facts
    what = facts.get("what")
    try:
        if what == "audit":
            lines = disclosure.export_audit(person, approval_id, form if form in FORMATS else "")
            kind = "text/csv" if form == "csv" else "application/x-ndjson"
            return StreamingResponse(lines, media_type=f"{kind}; charset=utf-8", headers=_named(f"audit.{form}"))
        if passphrase != again:
            raise BadRequest("the passphrase was written in two ways")
        archive: Archive
        if what == "person":
            archive = disclosure.export_person(person, approval_id, facts["service"], account, passphrase)
        else:
            archive = disclosure.export_case(person, approval_id, passphrase)
    except _REFUSED as error:
        return _one(request, session, found, refused=told(error))
    headers = _named(f"{what}-{approval_id[-8:]}.tutela-archive")
    return Response(archive.data, media_type="application/octet-stream", headers=headers)


@router.post("/approvals/{approval_id}/hand-over")
def hand_over(
    request: Request,
    server: Server,
    session: HandsOver,
    approval_id: str,
    passphrase: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Give the archive with the content of a preserved case, this once."""
    found = _visible(server, session.person, approval_id)
    try:
        if passphrase != again:
            raise BadRequest("the passphrase was written in two ways")
        archive = server.place.disclosure.hand_over(session.person, approval_id, passphrase)
    except _REFUSED as error:
        return _one(request, session, found, refused=told(error))
    headers = _named(f"content-{approval_id[-8:]}.tutela-archive")
    return Response(archive.data, media_type="application/octet-stream", headers=headers)


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _asked(
    request: Request, session: Session, kind: ApprovalKind, given: dict[str, str], ask: Callable[[], str]
) -> Response:
    try:
        ask()
    except (*_REFUSED, LookupError) as error:
        return _form(request, session, kind, given, refused=told(error))
    return RedirectResponse("/approvals", status_code=303)


def _form(request: Request, session: Session, kind: ApprovalKind, given: dict[str, str], refused: str = "") -> Response:
    blank = dict.fromkeys(("what", "case", "service", "purpose", "reason", "reference"), "")
    return page(
        request,
        "approval_ask.html",
        session,
        status=409 if refused else 200,
        kind=kind,
        given={**blank, **given},
        purposes=PURPOSES,
        reasons=REASONS,
        refused=refused,
        roles=sorted(ALLOWS[kind]),
    )


def _list(
    request: Request,
    server: Running,
    session: Session,
    *,
    before: str = "",
    status: int = 200,
    refused: str = "",
) -> Response:
    person, approvals, now = session.person, server.place.approvals, server.place.clock()
    sees_all = bool({Permission.APPROVE, Permission.SEE_AUDIT} & person.permissions)
    history = approvals.history(SHOWN, before or None) if sees_all else []
    waiting = [a for a in approvals.waiting() if a.asked_by != person.id and _may_decide(person, a)]
    return page(
        request,
        "approvals.html",
        session,
        status=status,
        waiting=waiting[:SHOWN],
        mine=[(a, _state(a, now)) for a in approvals.asked_by(person, SHOWN)] if not before else [],
        history=[(a, _state(a, now)) for a in history],
        sees_all=sees_all,
        older=history[-1].id if len(history) == SHOWN else "",
        paged=bool(before),
        refused=refused,
    )


def _one(request: Request, session: Session, found: Approval, refused: str = "") -> Response:
    mine = found.asked_by == session.person.id
    may_decide = not mine and _may_decide(session.person, found)
    place = running(request).place
    # The words are evidence: those two read them whom they concern, and that they did goes on record.
    shows = found.kind == "hold" and (mine or may_decide)
    return page(
        request,
        "approval.html",
        session,
        status=409 if refused else 200,
        approval=found,
        mine=mine,
        state=_state(found, place.clock()),
        may_decide=may_decide,
        cases=cases_in(found.facts),
        shows_document=shows,
        document=place.retention.asked_reference(place.evidence, found, session.person.id) if shows else "",
        roles=sorted(ALLOWS[found.kind]),
        asks=ASKS[found.kind].value,
        formats=FORMATS,
        refused=refused,
    )


def _may_decide(person: Person, approval: Approval) -> bool:
    return Permission.APPROVE in person.permissions and bool(person.roles & ALLOWS[approval.kind])


def _state(approval: Approval, now: datetime) -> str:
    ended = approval.state in (ApprovalState.USED, ApprovalState.REFUSED)
    return "over" if not ended and approval.is_over(now) else approval.state.value


def _visible(server: Running, person: Person, approval_id: str) -> Approval:
    try:
        found = server.place.approvals.one(approval_id)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    allowed = {Permission.APPROVE, Permission.SEE_AUDIT} & person.permissions
    if found.asked_by != person.id and not allowed:
        raise HTTPException(404, gettext("nobody asked for %(id)s") % {"id": approval_id})
    return found
