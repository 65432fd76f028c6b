"""How a request ends that may not, or cannot, be served: JSON for platforms, a page for people."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from tutela.casework.evidence import EvidenceGone
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.storage.keys import BrokenKey
from tutela.storage.settings import BadSettings
from tutela.storage.vault import BrokenEvidence
from tutela.web.console.pages import is_fragment, message, page
from tutela.web.current import Denied, NotSignedIn

_JSON_PATHS = ("/v1/", "/health")


def install(app: FastAPI) -> None:
    """Let the application end such requests this way."""
    app.add_exception_handler(NotSignedIn, _sign_in)
    app.add_exception_handler(Denied, _denied)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(EvidenceGone, _gone)
    app.add_exception_handler(BrokenEvidence, _broken)
    app.add_exception_handler(BrokenKey, _broken)
    app.add_exception_handler(CorruptSegment, _broken)
    app.add_exception_handler(BadSettings, _broken)


def _sign_in(request: Request, _error: Exception) -> Response:
    if is_fragment(request):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    return RedirectResponse("/sign-in", status_code=303)


def _denied(request: Request, error: Exception) -> Response:
    assert isinstance(error, Denied)  # noqa: S101 - the framework calls this for nothing else
    if is_fragment(request):
        return message(request, f"You lack the permission {error.permission.value}.", 403)
    return page(request, "denied.html", error.session, status=403, permission=error.permission.value)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the framework calls this for nothing else
    return _answer(request, error.status_code, error.detail, dict(error.headers or {}))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the framework calls this for nothing else
    # The framework would send back what came in, which may be content of a case.
    first = error.errors()[0]
    return _answer(request, 422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}", {})


def _gone(request: Request, error: Exception) -> Response:
    return _answer(request, 410, str(error), {})


def _broken(request: Request, error: Exception) -> Response:
    # Until somebody restores the file, or mends the settings; nothing is wrong with the request.
    return _answer(request, 503, str(error), {})


def _answer(request: Request, status: int, detail: str, headers: dict[str, str]) -> Response:
    if request.url.path.startswith(_JSON_PATHS):
        return JSONResponse({"detail": detail}, status, headers)
    if is_fragment(request):
        return message(request, detail, status)
    return page(request, "error.html", None, status=status, detail=detail)
