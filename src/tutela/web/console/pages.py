"""Renders templates: the menu, the token of the session, and the words for times."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from tutela import __version__
from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.web.console.history import Line
from tutela.web.current import Running, running
from tutela.web.translation import (
    decimal,
    gettext,
    language_of,
    languages,
    ngettext,
    pgettext,
    present_language,
    set_language,
)

MENU: tuple[tuple[str, tuple[tuple[str, str, Permission], ...]], ...] = (
    (
        "work",
        (
            ("overview", "/overview", Permission.SEE_DASHBOARD),
            ("queue", "/queue", Permission.SEE_QUEUE),
            ("complaints", "/complaints", Permission.SEE_COMPLAINTS),
            ("tasks", "/tasks", Permission.SEE_LISTS),
            ("team", "/team", Permission.ASSIGN),
        ),
    ),
    (
        "authorities",
        (
            ("referrals", "/referrals", Permission.SEE_REFERRALS),
            ("legal", "/legal", Permission.SEE_LEGAL),
            ("notices", "/notices", Permission.DEFER_NOTICE),
            ("calls", "/calls", Permission.SEE_CALLS),
            ("register", "/register", Permission.KEEP_REGISTER),
        ),
    ),
    ("trust", (("quality", "/quality", Permission.SEE_QUALITY), ("lists", "/lists", Permission.SEE_LISTS))),
    ("data", (("retention", "/retention", Permission.SEE_RETENTION),)),
    (
        "account",
        (
            ("returns", "/return", Permission.SEE_RETURN),
            ("union", "/union", Permission.SEE_RETURN),
            ("governance", "/governance", Permission.SEE_GOVERNANCE),
            ("approvals", "/approvals", Permission.APPROVE),
            ("approvals", "/approvals", Permission.UNMASK),
            ("audit", "/audit", Permission.SEE_AUDIT),
        ),
    ),
    ("access", (("people", "/people", Permission.MANAGE_PEOPLE), ("keys", "/keys", Permission.MANAGE_KEYS))),
)
"""Groups, and in each the key of a label in `words.html`, a path and a permission: people see what they may open."""


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
    extensions=["jinja2.ext.i18n"],
)


@cache
def words_of(language: str, template: str = "words.html") -> TemplateModule:
    """Return the tables of words of the console in a language, which is the present one."""
    # Hundreds of words: put together once a language, and not once a page.
    return _environment.get_template(template).make_module({"language": language})


@pass_context
def _phrase(context: Context, told: Line) -> Markup:
    # Reading the phrases of an area costs more than saying them: once a page, not once an event.
    areas: dict[str, Any] = context["areas"]
    name = told.type.split(".")[0]
    if name not in areas:
        areas[name] = _environment.get_template(f"words/{name}.html").make_module(context.get_all(), shared=True)
    said: Markup = areas[name].event(told)
    return said


_environment.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext)  # type: ignore[attr-defined]
_environment.filters.update(iso=_iso, stamp=_stamp, short=_short, thousands=decimal, decimal=decimal)
_environment.globals.update(version=__version__, phrase=_phrase)


def read_templates() -> None:
    """Read every template now, and not when a page first asks for it. Raises what a template that is wrong raises."""
    for name in _environment.list_templates(extensions=["html"]):
        _environment.get_template(name)


def page(
    request: Request, template: str, session: Session | None, *, status: int = 200, **context: object
) -> HTMLResponse:
    """Return a whole page, or a fragment, for somebody or for nobody."""
    person = session.person if session else None
    set_language(language_of(request))
    allowed = person.permissions if person else frozenset()
    menu = [
        (group, list(dict.fromkeys((label, path) for label, path, permission in entries if permission in allowed)))
        for group, entries in MENU
    ]
    values: dict[str, Any] = {
        "person": person,
        "csrf": session.csrf if session else "",
        "hx_headers": json.dumps({"X-CSRF-Token": session.csrf}) if session else "{}",
        "menu": [(group, entries) for group, entries in menu if entries],
        "areas": {},
        "languages": languages(),
        "path": request.url.path,
        "language": present_language(),
        "words": words_of(present_language()),
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
