"""The language in which a browser sees the console."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.web.console.pages import is_fragment
from tutela.web.current import Allowed
from tutela.web.translation import COOKIE, gettext, languages

router = APIRouter()
A_YEAR = 365 * 24 * 3600


@router.post("/language")
def choose(
    request: Request,
    session: Annotated[Session, Depends(Allowed(None))],  # noqa: ARG001 - the form belongs to a session
    language: Annotated[str, Form(max_length=8)],
) -> Response:
    """Remember the language in a cookie of the browser, and show the page again."""
    if language not in languages():
        text = gettext("there is no catalogue for that language; there is: %(codes)s")
        raise HTTPException(422, text % {"codes": ", ".join(languages())})
    answer: Response
    if is_fragment(request):
        answer = Response(status_code=204, headers={"HX-Refresh": "true"})
    else:
        answer = RedirectResponse("/", status_code=303)
    answer.set_cookie(COOKIE, language, max_age=A_YEAR, httponly=True, samesite="strict")
    return answer
