"""Policies, privacy reviews and incidents: what applies, what is due for review, each version with its author."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from tutela.access.governance import BadRecord, GovernanceRecord, Writing, told_in_time
from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.events.catalogue.governance import GovernanceRetired, IncidentFacts, NotToldReason, RecordKind
from tutela.statistics.provider_return.form import SECTIONS, form_rows
from tutela.statistics.provider_return.quoted import QUOTABLE
from tutela.storage.access.governance import moment
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server

router = APIRouter()
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_GOVERNANCE))]
Manager = Annotated[Session, Depends(Allowed(Permission.MANAGE_GOVERNANCE))]
Word = Annotated[str, Form(max_length=40)]
KINDS: tuple[RecordKind, ...] = get_args(RecordKind)


class _Sent:
    """What a form for a version holds, read as a dependency so that two routes share it."""

    def __init__(
        self,
        kind: Annotated[RecordKind, Form()],
        title: Annotated[str, Form(max_length=300)] = "",
        text: Annotated[str, Form(max_length=20_000)] = "",
        effective_from: Word = "",
        review_by: Word = "",
        answers: Annotated[list[str] | None, Form(max_length=200)] = None,
        technologies: Annotated[str, Form(max_length=2000)] = "",
        detected_at: Word = "",
        contained_at: Word = "",
        told_authority_at: Word = "",
        personal_data: Word = "unknown",
        not_told: Word = "",
        told_people: Word = "not_decided",
        people_affected: Word = "",
    ) -> None:
        self.kind = kind
        self.fields = {
            "title": title, "text": text, "effective_from": effective_from, "review_by": review_by,
            "detected_at": detected_at, "contained_at": contained_at, "told_authority_at": told_authority_at,
            "personal_data": personal_data, "not_told": not_told, "told_people": told_people,
            "people_affected": people_affected, "technologies": technologies,
        }  # fmt: skip
        self.answers = tuple(answers or ())

    def writing(self) -> Writing:
        """Return what it says; raises BadRecord."""
        f = self.fields
        try:
            incident = None
            if self.kind == "incident":
                incident = IncidentFacts.model_validate(
                    {
                        "detected_at": moment(f["detected_at"]),
                        "contained_at": moment(f["contained_at"]) if f["contained_at"] else None,
                        "told_authority_at": moment(f["told_authority_at"]) if f["told_authority_at"] else None,
                        "personal_data": f["personal_data"],
                        "not_told": f["not_told"] or None,
                        "told_people": f["told_people"],
                        "people_affected": int(f["people_affected"]) if f["people_affected"] else None,
                    }
                )
            return Writing(
                self.kind,
                f["title"].strip(),
                f["text"].replace("\r\n", "\n").strip(),
                date.fromisoformat(f["effective_from"]),
                date.fromisoformat(f["review_by"]) if f["review_by"] else None,
                self.answers,
                incident,
                tuple(f["technologies"].replace(",", " ").split()),
            )
        except (ValidationError, ValueError) as error:
            if isinstance(error, ValidationError):
                where = ".".join(map(str, error.errors()[0]["loc"]))
                raise BadRecord("%(field)s: not one of the choices", field=where) from error
            raise BadRecord("a day or a time is missing, or is none: write days as 2025-06-02") from error


@router.get("/governance")
def show(
    request: Request,
    server: Server,
    session: Reader,
    kind: Annotated[RecordKind | Literal["", "retired"], Query()] = "",
) -> Response:
    """List the records that apply, those due for review first; or those of a kind, or those that were retired."""
    kinds = (kind,) if kind in KINDS else ()
    rows = server.place.governance.all(kinds=kinds, retired=kind == "retired")
    today = server.place.clock().date()
    return page(
        request,
        "governance.html",
        session,
        rows=[(r, r.is_overdue(today)) for r in rows],
        overdue=len(server.place.governance.overdue()),
        kind=kind,
        kinds=KINDS,
    )


@router.get("/governance/new")
def form_of_new(request: Request, server: Server, session: Manager, kind: RecordKind = "policy") -> Response:
    """Show the form for a new record."""
    return _form(request, server, session, kind, None, {"effective_from": str(server.place.clock().date())})


@router.post("/governance/new")
def write_new(request: Request, server: Server, session: Manager, sent: Annotated[_Sent, Depends()]) -> Response:
    """Write a new record."""
    return _write(request, server, session, sent, None)


@router.get("/governance/records/{record_id}")
def show_one(request: Request, server: Server, session: Reader, record_id: str) -> Response:
    """Show a record with all its versions."""
    return _one(request, server, session, record_id)


@router.get("/governance/records/{record_id}/write")
def form_of_version(request: Request, server: Server, session: Manager, record_id: str) -> Response:
    """Show the form for a new version, filled with the present one."""
    found = _found(server, record_id)
    incident = found.incident.model_dump(mode="json") if found.incident else {}
    given = {
        "title": found.title,
        "text": found.text,
        "effective_from": str(server.place.clock().date()),
        "review_by": "",
        "technologies": " ".join(found.technologies),
        **{name: "" if value is None else _short(str(value)) for name, value in incident.items()},
    }
    return _form(request, server, session, found.kind, found, given, found.answers)


@router.post("/governance/records/{record_id}/write")
def write_version(
    request: Request, server: Server, session: Manager, record_id: str, sent: Annotated[_Sent, Depends()]
) -> Response:
    """Write a new version."""
    return _write(request, server, session, sent, _found(server, record_id))


@router.post("/governance/records/{record_id}/review")
def review(request: Request, server: Server, session: Manager, record_id: str, review_by: Word = "") -> Response:
    """Record that it was reviewed and stays as it is."""
    try:
        next_ = date.fromisoformat(review_by) if review_by else None
        server.place.governance.review(session.person, _found(server, record_id).id, next_)
    except (BadRecord, ValueError) as error:
        return _one(request, server, session, record_id, refused=told(error))
    return RedirectResponse(f"/governance/records/{record_id}", status_code=303)


@router.post("/governance/records/{record_id}/retire")
def retire(
    request: Request,
    server: Server,
    session: Manager,
    record_id: str,
    reason: Annotated[Literal["replaced", "no_longer_applies", "written_by_mistake"], Form()],
) -> Response:
    """Record that it applies no more."""
    try:
        server.place.governance.retire(session.person, _found(server, record_id).id, GovernanceRetired(reason=reason))
    except BadRecord as error:
        return _one(request, server, session, record_id, refused=told(error))
    return RedirectResponse(f"/governance/records/{record_id}", status_code=303)


def _write(
    request: Request, server: Running, session: Session, sent: _Sent, before: GovernanceRecord | None
) -> Response:
    try:
        record = server.place.governance.write(session.person, sent.writing(), before.id if before else None)
    except BadRecord as error:
        return _form(request, server, session, sent.kind, before, sent.fields, sent.answers, refused=told(error))
    return RedirectResponse(f"/governance/records/{record}", status_code=303)


def _form(
    request: Request,
    server: Running,  # noqa: ARG001 - as the other pages have it
    session: Session,
    kind: RecordKind,
    before: GovernanceRecord | None,
    given: dict[str, str],
    answers: tuple[str, ...] = (),
    refused: str = "",
) -> Response:
    blank = dict.fromkeys(
        ("title", "text", "effective_from", "review_by", "detected_at", "contained_at", "told_authority_at",
         "personal_data", "not_told", "told_people", "people_affected", "technologies"), ""
    )  # fmt: skip
    rows = [row for row in form_rows() if row.id in QUOTABLE]
    sections = [(n, title, [r for r in rows if r.section == n]) for n, title in SECTIONS.items()]
    return page(
        request,
        "governance_write.html",
        session,
        status=409 if refused else 200,
        kind=kind,
        kinds=KINDS,
        before=before,
        given={**blank, "personal_data": "unknown", "told_people": "not_decided", **given},
        answers=answers,
        sections=[s for s in sections if s[2]],
        not_told=get_args(NotToldReason),
        refused=refused,
    )


def _one(request: Request, server: Running, session: Session, record_id: str, refused: str = "") -> Response:
    found = _found(server, record_id)
    meanings = {row.id: row.meaning for row in form_rows()}
    return page(
        request,
        "governance_record.html",
        session,
        status=409 if refused else 200,
        record=found,
        overdue=found.is_overdue(server.place.clock().date()),
        steps=list(reversed(server.place.governance.steps(record_id))),
        in_time=told_in_time(found.incident) if found.incident else None,
        answers=[(row, meanings.get(row, "")) for row in found.answers],
        refused=refused,
    )


def _found(server: Running, record_id: str) -> GovernanceRecord:
    try:
        return server.place.governance.one(record_id)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error


def _short(value: str) -> str:
    # A field of the browser for a time takes no zone.
    try:
        return f"{datetime.fromisoformat(value):%Y-%m-%dT%H:%M}"
    except ValueError:
        return value
