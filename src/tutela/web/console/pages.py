"""Renders templates: the menu, the token of the session, and the words for times."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tutela import __version__
from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.web.current import Running, running

MENU: tuple[tuple[str, str, Permission], ...] = (
    ("queue", "/queue", Permission.SEE_QUEUE),
    ("complaints", "/complaints", Permission.DECIDE_COMPLAINT),
    ("referrals", "/referrals", Permission.SEE_REFERRALS),
    ("returns", "/return", Permission.SEE_RETURN),
    ("audit", "/audit", Permission.SEE_AUDIT),
)
"""Key of the label in `words.html`, path, permission: a person sees what they may open."""


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _short(identifier: str) -> str:
    # The first digits of an identifier are its time, which cases of one hour share; the last ones differ.
    return identifier[-8:]


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(iso=_iso, stamp=_stamp, short=_short, thousands="{:,}".format)
_environment.globals.update(version=__version__)


def page(
    request: Request, template: str, session: Session | None, *, status: int = 200, **context: object
) -> HTMLResponse:
    """Return a whole page, or a fragment, for somebody or for nobody."""
    person = session.person if session else None
    menu = [(label, path) for label, path, permission in MENU if person and permission in person.permissions]
    values: dict[str, Any] = {
        "person": person,
        "csrf": session.csrf if session else "",
        "hx_headers": json.dumps({"X-CSRF-Token": session.csrf}) if session else "{}",
        "menu": menu,
        "path": request.url.path,
        "now": running(request).place.clock(),
        "can": {permission.value: bool(person and permission in person.permissions) for permission in Permission},
    }
    return HTMLResponse(_environment.get_template(template).render(values | context), status)


def message(request: Request, text: str, status: int) -> HTMLResponse:
    """Return a message to put into a page that is open."""
    return page(request, "_message.html", None, status=status, text=text)


def units_of(server: Running) -> dict[str, str]:
    """Return what a distance of each technology counts; what is not installed any more is not among them."""
    return {name: kind.UNIT for name, kind in server.place.kinds.items()}


def is_fragment(request: Request) -> bool:
    """Return whether htmx asks, which puts the answer into a page."""
    return request.headers.get("HX-Request") == "true"
