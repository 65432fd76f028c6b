"""Signing in and out, and where one begins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session, SignInRefused
from tutela.web.console.pages import MENU, page
from tutela.web.current import COOKIE, Allowed, Server, session_of
from tutela.web.security import require_own_site

router = APIRouter()
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@router.get("/sign-in")
def form(request: Request) -> Response:
    """Show the form, or go on where somebody is signed in."""
    if session_of(request):
        return RedirectResponse("/", status_code=303)
    return page(request, "sign_in.html", None, refused="", name="")


@router.post("/sign-in", dependencies=[Depends(require_own_site)])
def sign_in(
    request: Request,
    server: Server,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Begin a session; an older one of this browser ends."""
    try:
        secret = server.place.people.sign_in(name.strip(), password)
    except SignInRefused as error:
        return page(request, "sign_in.html", None, status=401, refused=str(error), name=name)
    if before := request.cookies.get(COOKIE):
        server.place.people.sign_out(before)
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie(COOKIE, secret, httponly=True, samesite="strict", secure=_secure(request, server.behind_tls))
    return answer


@router.post("/sign-out")
def sign_out(request: Request, server: Server, session: Annotated[Session, Depends(Allowed(None))]) -> Response:  # noqa: ARG001
    """End the session."""
    server.place.people.sign_out(request.cookies[COOKIE])
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=_secure(request, server.behind_tls))
    return answer


@router.get("/")
def begin(request: Request, session: Annotated[Session, Depends(Allowed(None))]) -> Response:
    """Go to the first page that the person may open."""
    for _, path, permission in MENU:
        if permission in session.person.permissions:
            return RedirectResponse(path, status_code=303)
    return page(request, "denied.html", session, status=403, permission="")


def _secure(request: Request, behind_tls: bool) -> bool:
    # Browsers keep a Secure cookie off a plain http:// address, which is where loopback is served.
    return behind_tls or request.url.hostname not in _LOOPBACK
