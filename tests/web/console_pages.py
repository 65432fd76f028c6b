"""Every page of the console, from the routes themselves: a page that is added is in every test of all pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fastapi.routing import APIRoute

from tutela.web.app import CONSOLE

_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
NO_PAGE = frozenset(
    {
        "/",
        "/sign-in",
        "/sign-in/code",
        "/sign-in/openid",
        "/sign-in/openid/back",
        "/account/second-factor/picture.svg",
        "/return",
        "/return/{year}/return.json",
        "/views/{view_id}/picture",
        "/views/{view_id}/parts/{part}",
        "/governance/pack/{document}/{form}",
        "/retention/certificates/{certificate}/certificate.json",
        "/complaints/figures.json",
    }
)
"""Routes that answer with something other than a page, or lead to one."""
FRAGMENTS = frozenset({"/cases/{case_id}/items/{item_id}/listing"})
"""Routes that answer with a part of a page."""


def console_routes(routes: Any = None) -> Iterator[APIRoute]:
    """Yield the console's routes."""
    for route in routes if routes is not None else [r for router in CONSOLE for r in router.routes]:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from console_routes(inner.routes)
        elif isinstance(route, APIRoute):
            yield route


def pages(values: Mapping[str, str], *, fragments: bool = False) -> list[str]:
    """Return the path of every page, its parameters filled from `values`; with the parts of pages, or without.

    A parameter that has no value there fails the test that asks: say in `sample_values` what it could be.
    """
    return sorted(filled(path, values) for path in page_paths(fragments=fragments))


def page_paths(*, fragments: bool = False) -> list[str]:
    """Return the path of every page as its route writes it, with the parts that pages load if asked."""
    left_out = NO_PAGE if fragments else NO_PAGE | FRAGMENTS
    return sorted({r.path for r in console_routes() if "GET" in (r.methods or set()) and r.path not in left_out})


def filled(path: str, values: Mapping[str, str]) -> str:
    """Return a path with its parameters filled; fails for one that has no value."""
    return _PARAMETER.sub(_filling(path, values), path)


def _filling(path: str, values: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def fill(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise AssertionError(f"{path}: tests/web/console_pages.py does not know a value for {{{found[1]}}}")
        return values[found[1]]

    return fill
