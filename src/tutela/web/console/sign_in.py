"""Signing in and out, and where one begins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.credentials import MAXIMUM_PASSWORD
from tutela.access.ports import Session, SignInRefused, Step, WrongCode
from tutela.access.roles import Permission
from tutela.web.console.cookies import forget, keep
from tutela.web.console.pages import MENU, page
from tutela.web.console.told import told
from tutela.web.current import ANY_STEP, COOKIE, Allowed, Server, address_of, session_of
from tutela.web.security import require_own_site

router = APIRouter()
Waiting = Annotated[Session, Depends(Allowed(None, during=frozenset({Step.CODE})))]
Anybody = Annotated[Session, Depends(Allowed(None, during=ANY_STEP))]


@router.get("/sign-in")
def form(request: Request) -> Response:
    """Show the form, or go on where somebody is signed in."""
    if session_of(request):
        return RedirectResponse("/", status_code=303)
    return sign_in_page(request)


@router.post("/sign-in", dependencies=[Depends(require_own_site)])
def sign_in(
    request: Request,
    server: Server,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=MAXIMUM_PASSWORD)] = "",
) -> Response:
    """Begin a session; an older one of this browser ends. A further step may be wanted before it opens anything."""
    address, wanted = address_of(request), name.strip()
    server.rates.require("sign_in_address", address)
    server.rates.require("sign_in_name", wanted.lower())
    try:
        secret = server.place.people.sign_in(wanted, password, address)
    except SignInRefused as error:
        return sign_in_page(request, told(error), name=name)
    if before := request.cookies.get(COOKIE):
        server.place.people.sign_out(before)
    answer = RedirectResponse("/", status_code=303)
    keep(request, answer, secret)
    return answer


@router.get("/sign-in/code")
def code_form(request: Request, session: Waiting) -> Response:
    """Ask for the code of the second factor."""
    if session.step is None:
        return RedirectResponse("/", status_code=303)
    return _code_page(request, session)


@router.post("/sign-in/code")
def give_code(
    request: Request, server: Server, session: Waiting, code: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Take the code of an app, or a recovery code."""
    if session.step is None:
        return RedirectResponse("/", status_code=303)
    server.rates.require("sign_in_address", address_of(request))
    server.rates.require("sign_in_name", session.person.id)
    try:
        secret = server.place.people.sign_ins.by_code(request.cookies[COOKIE], code, address_of(request))
    except WrongCode as error:
        return _code_page(request, session, told(error))
    except SignInRefused as error:
        return sign_in_page(request, told(error))
    answer = RedirectResponse("/", status_code=303)
    keep(request, answer, secret)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, server: Server, session: Anybody) -> Response:  # noqa: ARG001
    """End the session."""
    server.place.people.sign_out(request.cookies[COOKIE])
    answer = RedirectResponse("/sign-in", status_code=303)
    forget(request, answer)
    return answer


@router.get("/")
def begin(request: Request, session: Annotated[Session, Depends(Allowed(None))]) -> Response:
    """Go to the queue where the person decides on cases, else to the first page that they may open."""
    if Permission.DECIDE in session.person.permissions:
        return RedirectResponse("/queue", status_code=303)
    for _, entries in MENU:
        for _, path, permission in entries:
            if permission in session.person.permissions:
                return RedirectResponse(path, status_code=303)
    return page(request, "denied.html", session, status=403, permission="")


def sign_in_page(request: Request, refused: str = "", *, name: str = "", status: int | None = None) -> Response:
    """Return the form, with why it comes again if something was refused."""
    entrance = request.app.state.running.place.settings.entrance
    return page(
        request,
        "sign_in.html",
        None,
        status=status or (401 if refused else 200),
        refused=refused,
        name=name,
        provider=entrance.openid.label if entrance.openid else "",
        local=entrance.local_accounts,
    )


def _code_page(request: Request, session: Session, refused: str = "") -> Response:
    # Nobody is signed in yet, so there is no menu; the form needs its token all the same.
    return page(request, "code.html", session, status=401 if refused else 200, refused=refused, person=None, menu=[])
