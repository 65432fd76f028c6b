"""One's own access: password, second factor, recovery codes, sessions."""

from __future__ import annotations

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.credentials import MAXIMUM_PASSWORD, WeakPassword
from tutela.access.ports import Session, SignInRefused, Step, WrongCode
from tutela.access.second_factor import address_for_app
from tutela.storage.access.sign_ins import WrongPassword
from tutela.web.console.cookies import keep
from tutela.web.console.pages import page
from tutela.web.console.sign_in import sign_in_page
from tutela.web.console.told import told
from tutela.web.current import COOKIE, Allowed, Running, Server, address_of
from tutela.web.translation import gettext

router = APIRouter(prefix="/account")
Own = Annotated[Session, Depends(Allowed(None))]
Changing = Annotated[Session, Depends(Allowed(None, during=frozenset({Step.PASSWORD})))]
Enrolling = Annotated[Session, Depends(Allowed(None, during=frozenset({Step.ENROL})))]
Secret = Annotated[str, Form(max_length=MAXIMUM_PASSWORD)]


@router.get("")
def show(request: Request, server: Server, session: Own) -> Response:
    """Show what one's access rests on, and where one is signed in."""
    return _account_page(request, server, session)


@router.get("/password")
def password_form(request: Request, session: Changing) -> Response:
    """Ask for another password."""
    return _password_page(request, session)


@router.post("/password")
def change_password(
    request: Request, server: Server, session: Changing, before: Secret = "", after: Secret = "", again: Secret = ""
) -> Response:
    """Set another password; every other session of the person ends."""
    if after != again:
        return _password_page(request, session, gettext("The new password and its repetition differ."), 422)
    ins = server.place.people.sign_ins
    try:
        secret = ins.change_password(request.cookies[COOKIE], session, before, after, address_of(request))
    except WeakPassword as error:
        return _password_page(request, session, gettext("Not taken: %(why)s.") % {"why": error}, 422)
    except WrongPassword as error:
        return _password_page(request, session, told(error), 403)
    except SignInRefused as error:
        return sign_in_page(request, told(error))
    answer = RedirectResponse("/account" if session.step is None else "/", status_code=303)
    keep(request, answer, secret)
    return answer


@router.get("/second-factor")
def second_factor_form(request: Request, server: Server, session: Enrolling) -> Response:
    """Show the picture that an app reads, and ask for the code that it then shows."""
    return _second_factor_page(request, server, session)


@router.get("/second-factor/picture.svg")
def second_factor_picture(server: Server, session: Enrolling) -> Response:
    """Draw what an app reads. The secret is in it, so it is never kept."""
    _require_local(server, session)
    offered = server.place.people.sign_ins.offer(session)
    drawn = io.BytesIO()
    segno.make(address_for_app(offered, session.person.id, "Tutela"), error="m", micro=False).save(
        drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False, svgclass=None, lineclass=None
    )
    return Response(drawn.getvalue(), media_type="image/svg+xml")


@router.post("/second-factor")
def enrol(
    request: Request,
    server: Server,
    session: Enrolling,
    code: Annotated[str, Form(max_length=64)] = "",
    password: Secret = "",
) -> Response:
    """Take the app into use, and show ten recovery codes this once."""
    _require_local(server, session)
    ins = server.place.people.sign_ins
    try:
        secret, codes = ins.enrol(request.cookies[COOKIE], session, code, password, address_of(request))
    except (WrongCode, WrongPassword) as error:
        return _second_factor_page(request, server, session, told(error), 403)
    except SignInRefused as error:
        return sign_in_page(request, told(error))
    answer = _codes_page(request, session, codes)
    keep(request, answer, secret)
    return answer


@router.post("/recovery-codes")
def new_recovery_codes(request: Request, server: Server, session: Own, password: Secret = "") -> Response:
    """Show ten new recovery codes this once; the old ones open nothing any more."""
    try:
        codes = server.place.people.sign_ins.new_recovery_codes(session, password)
    except (WrongCode, WrongPassword) as error:
        return _account_page(request, server, session, told(error), 403)
    return _codes_page(request, session, codes)


@router.post("/sessions/end")
def end_others(server: Server, session: Own) -> Response:
    """End every other session of one's own."""
    server.place.people.sessions.end_some(session.person.id, session.person.id, but=session.id)
    return RedirectResponse("/account", status_code=303)


@router.post("/sessions/{session_id}/end")
def end_one(server: Server, session: Own, session_id: str) -> Response:
    """End one session of one's own."""
    if not server.place.people.sessions.end_some(session.person.id, session.person.id, only=session_id):
        raise HTTPException(404, gettext("That session is not yours, or it has ended."))
    return RedirectResponse("/account", status_code=303)


def _require_local(server: Running, session: Session) -> None:
    if server.place.people.account(session.person.id).provider:
        text = gettext("You come in by your organisation's sign-in, which asks for its own second factor.")
        raise HTTPException(409, text)


def _account_page(
    request: Request, server: Running, session: Session, refused: str = "", status: int = 200
) -> Response:
    people = server.place.people
    return page(
        request,
        "account.html",
        session,
        status=status,
        account=people.account(session.person.id),
        sessions=people.sessions.of(session.person.id),
        here=session.id,
        refused=refused,
    )


def _password_page(request: Request, session: Session, refused: str = "", status: int = 200) -> Response:
    return page(
        request, "password.html", session, status=status, refused=refused, first=session.step, **_without_menu(session)
    )


def _second_factor_page(
    request: Request, server: Running, session: Session, refused: str = "", status: int = 200
) -> Response:
    _require_local(server, session)
    offered = server.place.people.sign_ins.offer(session)
    return page(
        request,
        "second_factor.html",
        session,
        status=status,
        refused=refused,
        typed=" ".join(offered[n : n + 4] for n in range(0, len(offered), 4)),
        first=session.step,
        **_without_menu(session),
    )


def _codes_page(request: Request, session: Session, codes: list[str]) -> Response:
    # The form of this page would carry the token of a session that has just been replaced, so it has none.
    return page(request, "recovery_codes.html", session, codes=codes, person=None, menu=[])


def _without_menu(session: Session) -> dict[str, object]:
    return {} if session.step is None else {"person": None, "menu": []}
