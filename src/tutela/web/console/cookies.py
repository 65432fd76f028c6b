"""The cookie that holds a session: out of reach of scripts, for this site alone, over HTTPS where there is any."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from tutela.web.current import COOKIE, running


def keep(request: Request, answer: Response, secret: str) -> None:
    """Let the browser keep a session."""
    answer.set_cookie(COOKIE, secret, httponly=True, samesite="strict", secure=secure(request))


def forget(request: Request, answer: Response) -> None:
    """Let the browser forget it."""
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=secure(request))


def secure(request: Request) -> bool:
    """Return whether cookies are for HTTPS alone. Browsers keep such a cookie off a plain http:// address, which is
    how loopback is served.
    """
    return running(request).arrivals.tls != "none"
