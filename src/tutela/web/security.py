"""What protects every answer and every form."""

from __future__ import annotations

import secrets

from fastapi import HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tutela.access.ports import Session

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SMALL_BODY = 64 * 1024
"""What a form or a small JSON document may have; items have a limit of their own."""
ITEMS_PATH = "/v1/items"
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Adds the headers to every answer, errors included, and refuses bodies that no form here has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                # Static files answer by their ETag; everything else may show a case.
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        limited = receive if scope["path"] == ITEMS_PATH else _counted(receive, SMALL_BODY)
        await self._app(scope, limited, send_guarded)


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def receive_counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, f"the body has more than {limit:,} bytes")
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
    if request.method not in _SAFE and not secrets.compare_digest(token.encode(), session.csrf.encode()):
        raise HTTPException(403, "This form is not of your present session: reload the page and send it again.")


def require_own_site(request: Request) -> None:
    """Raise 403 for a form that a browser sent from another site: the sign-in has no session to compare with."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise HTTPException(403, "Sign in from the page of this installation.")
