"""How a request ends that may not, or cannot, be served: JSON for platforms, a page for people."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from tutela.access.ports import Step
from tutela.casework.case import NoSuchCase
from tutela.casework.evidence import EvidenceGone
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.detection.workers.nursing import NoWorkers
from tutela.storage.evidence.keys import BrokenKey
from tutela.storage.evidence.vault import BrokenEvidence
from tutela.storage.settings import BadSettings
from tutela.web.console.pages import is_fragment, message, page
from tutela.web.console.told import told
from tutela.web.current import Denied, NotSignedIn, StepDue
from tutela.web.field_errors import sentence
from tutela.web.rates import TooMany
from tutela.web.security import MACHINES
from tutela.web.translation import gettext

_STEPS = {
    Step.CODE: "/sign-in/code",
    Step.PASSWORD: "/account/password",
    Step.ENROL: "/account/second-factor",
}


def install(app: FastAPI) -> None:
    """Let the application end such requests this way."""
    app.add_exception_handler(NotSignedIn, _sign_in)
    app.add_exception_handler(StepDue, _step)
    app.add_exception_handler(Denied, _denied)
    app.add_exception_handler(TooMany, _too_many)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(NoSuchCase, _not_there)
    app.add_exception_handler(EvidenceGone, _gone)
    app.add_exception_handler(BrokenEvidence, _broken)
    app.add_exception_handler(BrokenKey, _broken)
    app.add_exception_handler(CorruptSegment, _broken)
    app.add_exception_handler(BadSettings, _broken)
    app.add_exception_handler(NoWorkers, _broken)
    app.add_exception_handler(DataError, _not_a_value)
    app.add_exception_handler(UnicodeEncodeError, _not_a_value)


def unforeseen(scope: Scope, status: int, detail: str) -> Response:
    """Return the answer to a request that failed in a way that nobody foresaw."""
    return _answer(Request(scope), status, detail, {})


def _sign_in(request: Request, _error: Exception) -> Response:
    return _lead(request, "/sign-in")


def _step(request: Request, error: Exception) -> Response:
    assert isinstance(error, StepDue)  # noqa: S101 - the framework calls this for nothing else
    step = error.session.step
    return _lead(request, _STEPS[step] if step else "/")


def _lead(request: Request, path: str) -> Response:
    if is_fragment(request):
        return Response(status_code=401, headers={"HX-Redirect": path})
    return RedirectResponse(path, status_code=303)


def _denied(request: Request, error: Exception) -> Response:
    assert isinstance(error, Denied)  # noqa: S101 - the framework calls this for nothing else
    if is_fragment(request):
        return message(request, gettext("You lack the permission %(name)s.") % {"name": error.permission.value}, 403)
    return page(request, "denied.html", error.session, status=403, permission=error.permission.value)


def _too_many(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooMany)  # noqa: S101 - the framework calls this for nothing else
    headers = {"Retry-After": str(error.retry_after)}
    return _answer(
        request,
        429,
        gettext("Too many at a time. Try again in %(seconds)s s.") % {"seconds": error.retry_after},
        headers,
    )


def _not_a_value(request: Request, _error: Exception) -> Response:
    # Half a character, a NUL, a number without end: the database takes none of them, and nothing was written.
    text = gettext("A value holds a character or number that cannot be stored. Nothing was recorded.")
    return _answer(request, 422, text, {})


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the framework calls this for nothing else
    # The words of the framework, for a path that leads nowhere.
    known = {"Not Found": gettext("There is no such page."), "Method Not Allowed": gettext("That cannot be done here.")}
    detail = error.detail if request.url.path.startswith(MACHINES) else known.get(error.detail, error.detail)
    return _answer(request, error.status_code, detail, dict(error.headers or {}))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the framework calls this for nothing else
    # The framework would send back what came in, which may be content of a case.
    first = error.errors()[0]
    if request.url.path.startswith(MACHINES):
        return _answer(request, 422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}", {})
    return _answer(request, 422, sentence(first), {})


def _not_there(request: Request, error: Exception) -> Response:
    return _answer(request, 404, told(error), {})


def _gone(request: Request, error: Exception) -> Response:
    return _answer(request, 410, told(error), {})


def _broken(request: Request, error: Exception) -> Response:
    # Until somebody restores the file, or mends the settings; nothing is wrong with the request.
    return _answer(request, 503, told(error), {})


def _answer(request: Request, status: int, detail: str, headers: dict[str, str]) -> Response:
    if request.url.path.startswith(MACHINES):
        return JSONResponse({"detail": detail}, status, headers)
    if is_fragment(request):
        fragment = message(request, detail, status)
        fragment.headers.update(headers)
        return fragment
    shown = page(request, "error.html", None, status=status, detail=detail)
    shown.headers.update(headers)
    return shown
