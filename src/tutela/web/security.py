"""What protects every answer and every form."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable

from fastapi import HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tutela.access.ports import Session
from tutela.web.arrivals import Arrivals
from tutela.web.translation import ENGLISH, decimal, gettext, language_of, set_language

_log = logging.getLogger("tutela.web")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"
SMALL_BODY = 64 * 1024
"""What a form or a small JSON document may have; items have a limit of their own."""
ITEMS_PATH = "/v1/items"
LARGER = {"/quality/golden": 16 * 1024 * 1024, "/v1/conversations": 16 * 1024 * 1024}
"""Forms that bring a file, and conversations."""
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Answer = Callable[[Scope, int, str], Response]
MACHINES = ("/v1/", "/health")
"""Paths that machines call: what they get is English, whatever a browser there accepts."""


class Guard:
    """Adds the headers to every answer, errors included, and refuses what arrives in a way that it should not.

    What nobody foresaw ends here: the log gets its kind and where it happened, never its message, which may hold what
    belongs to a case.
    """

    def __init__(self, app: ASGIApp, arrivals: Arrivals, answer: Answer) -> None:
        self._app = app
        self._arrivals = arrivals
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if self._arrivals.tls != "none":
                    headers["Strict-Transport-Security"] = HSTS
                # Static files answer by their ETag; everything else may show a case.
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        # What is said on the way, refusals included, is in the language of who asks.
        set_language(ENGLISH if scope["path"].startswith(MACHINES) else language_of(Request(scope)))
        refused = self._arrivals.refusal(scope) or _unreadable(scope)
        if refused is not None:
            plain = Response(refused[1] + "\n", refused[0], media_type="text/plain; charset=utf-8")
            await plain(scope, receive, send_guarded)
            return
        limited = receive if scope["path"] == ITEMS_PATH else _counted(receive, LARGER.get(scope["path"], SMALL_BODY))
        try:
            await self._app(scope, limited, send_guarded)
        except Exception as error:  # noqa: BLE001 - told in the log, and to the caller
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("unforeseen %s in %s\n%s", type(error).__name__, _route_of(scope), where)
            if not started:
                await self._answer(scope, 500, _unforeseen())(scope, receive, send_guarded)


def _unforeseen() -> str:
    return gettext("Something went wrong here that nobody foresaw. What you were doing was not recorded; try it again.")


def _unreadable(scope: Scope) -> tuple[int, str] | None:
    # No path and no query here has a NUL, and PostgreSQL takes none.
    if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
        return 400, "This address holds a character that no address here has."
    return None


def _route_of(scope: Scope) -> str:
    # The route as the code writes it: the path itself names cases.
    return f"{scope['method']} {getattr(scope.get('route'), 'path', 'an unknown route')}"


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def receive_counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, gettext("the body has more than %(limit)s bytes") % {"limit": decimal(limit)})
        return message

    return receive_counted


async def sent_token(request: Request) -> str:
    """Return the token that came with a form, or in the header that htmx sends; empty where none is needed."""
    if request.method in _SAFE:
        return ""
    if header := request.headers.get(CSRF_HEADER):
        return header
    field = (await request.form()).get(CSRF_FIELD, "")
    return field if isinstance(field, str) else ""


def require_csrf(request: Request, session: Session, token: str) -> None:
    """Raise 403 unless a request that changes something carries the token of the session."""
    if request.method not in _SAFE and not secrets.compare_digest(
        token.encode("utf-8", "surrogatepass"), session.csrf.encode()
    ):
        raise HTTPException(
            403, gettext("This form is not of your present session: reload the page and send it again.")
        )


def require_own_site(request: Request) -> None:
    """Raise 403 for a form that a browser sent from another site: the sign-in has no session to compare with."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise HTTPException(403, gettext("Sign in from the page of this installation."))
