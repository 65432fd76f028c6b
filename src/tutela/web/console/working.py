"""Working on a case: claimed while its page is open, left, skipped, given to others, commented on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import NotAllowed, Permission
from tutela.casework.case import NoSuchCase, NotPossible
from tutela.casework.claims import Claim, HeldByAnother
from tutela.casework.quality.eligibility import Untrained
from tutela.web.console.case import case_page
from tutela.web.console.looking import Veiled, words_of
from tutela.web.console.pages import message, page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Server, record_refusal

router = APIRouter(prefix="/cases/{case_id}")
Reviewer = Annotated[Session, Depends(Allowed(Permission.DECIDE))]
Senior = Annotated[Session, Depends(Allowed(Permission.ASSIGN))]
Text = Annotated[str, Form(max_length=20_000)]


@router.post("/claim")
def claim(
    request: Request, server: Server, session: Reviewer, case_id: str, ticket: Annotated[str, Form(max_length=36)] = ""
) -> Response:
    """Claim the case whose page is open, or go on with it; says who works on it."""
    found: Claim | None
    try:
        found, status = server.place.claiming.claim(session.person, case_id, ticket), 200
    except NoSuchCase as error:
        raise HTTPException(404, told(error)) from error
    except HeldByAnother as error:
        found, status = error.claim, 409
    except NotPossible:
        found, status = None, 409
    except Untrained:
        record_refusal(server.place, session.person, "untrained")
        return message(request, words_of(Veiled.UNTRAINED), 403)
    return page(request, "case/claimed.html", session, status=status, claim=found)


@router.post("/leave", status_code=204)
def leave(
    server: Server, session: Reviewer, case_id: str, ticket: Annotated[str, Form(max_length=36)] = ""
) -> Response:
    """End the claim of a page that was left, unless another page of the case was opened since."""
    server.place.claiming.leave(session.person, case_id, ticket)
    return Response(status_code=204)


@router.post("/assign")
def assign(
    request: Request,
    server: Server,
    session: Senior,
    case_id: str,
    person: Annotated[str, Form(max_length=63)] = "",
    reason: Text = "",
) -> Response:
    """Give the case to somebody, or to whoever is next if nobody is named."""
    claiming = server.place.claiming
    try:
        if person:
            claiming.assign(session.person, case_id, server.place.person(person), reason)
        else:
            claiming.take_away(session.person, case_id, reason)
    except NoSuchCase as error:
        raise HTTPException(404, told(error)) from error
    except (NotPossible, LookupError) as error:
        return case_page(request, server, session, case_id, status=409, refused=told(error))
    return RedirectResponse(f"/cases/{case_id}", status_code=303)


@router.post("/lift-urgency")
def lift_urgency(request: Request, server: Server, session: Senior, case_id: str, reason: Text = "") -> Response:
    """Let an urgent case wait like others again."""
    try:
        server.place.desk.lift_urgency(session.person, case_id, reason)
    except NoSuchCase as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return case_page(request, server, session, case_id, status=409, refused=told(error))
    return RedirectResponse(f"/cases/{case_id}", status_code=303)


@router.post("/comment")
def comment(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.SEE_EVIDENCE))],
    case_id: str,
    item: Annotated[str, Form(max_length=36, pattern="^[0-9a-f-]*$")] = "",
    comment: Text = "",
) -> Response:
    """Keep what the person writes about the case."""
    try:
        server.place.desk.comment(session.person, case_id, comment)
    except NoSuchCase as error:
        raise HTTPException(404, told(error)) from error
    except (NotPossible, NotAllowed) as error:
        return case_page(request, server, session, case_id, item, status=409, refused=told(error), commented=comment)
    return RedirectResponse(f"/cases/{case_id}?item={item}" if item else f"/cases/{case_id}", status_code=303)
