"""The yearly return, each figure opened down to its events."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.events.catalogue.intake import ItemsTallied
from tutela.events.envelope import Event
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.wording import as_json
from tutela.statistics.provider_return.words import nearest
from tutela.statistics.provider_return.writing import figure_body, return_body
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Running, Server
from tutela.web.translation import gettext, present_language

router = APIRouter()
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_RETURN))]
EVENTS = 100
"""How many events of a figure a page shows."""
Year = Annotated[int, Path(ge=2021, le=2100)]


@router.get("/return")
def latest(server: Server, session: Reader) -> Response:  # noqa: ARG001 - the permission is what it is there for
    """Lead to the year of the newest tally, or to this year."""
    return RedirectResponse(f"/return/{server.place.latest_year()}", status_code=303)


@router.get("/return/{year}")
def show(request: Request, server: Server, session: Reader, year: Year) -> Response:
    """Show the return of a year, made from the events as they are now, or from those before while it is made."""
    shown = server.place.return_shelf.take(year)
    words = nearest(present_language())
    body, checks = "", []
    if shown.compiled is not None:
        body = return_body(shown.compiled, lambda f: f"/return/{year}/figures/{quote(f, safe='@~.-_')}", words)
        checks = [(one.severity, words.told(one.message)) for one in server.place.publication_checks(shown.compiled)]
    return page(
        request,
        "return.html",
        session,
        title=gettext("Yearly return %(year)s") % {"year": year},
        year=year,
        body=body,
        body_language=words.language,
        shown=shown,
        checks=checks,
        versions=server.place.return_versions.all(year),
    )


@router.get("/return/{year}/return.json")
def show_json(server: Server, session: Reader, year: Year) -> Response:  # noqa: ARG001
    """Give the same as JSON."""
    return JSONResponse(as_json(_compiled(server, year)))


@router.get("/return/{year}/figures/{figure_id}")
def show_figure(
    request: Request,
    server: Server,
    session: Reader,
    year: Year,
    figure_id: str,
    number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1,
) -> Response:
    """Show the events that a figure counts, some at a time."""
    compiled = _compiled(server, year)
    try:
        figure = compiled.figure(figure_id)
    except KeyError as error:
        raise HTTPException(404, gettext("the return has no such figure")) from error
    with server.place.transactions.reading() as log:
        events = log.by_sequence(figure.events[(number - 1) * EVENTS : number * EVENTS])

    def about(event: Event) -> str | None:
        if event.type.startswith("governance."):
            return f"/governance/records/{event.subject}" if Permission.SEE_GOVERNANCE in may else None
        if isinstance(event.payload, ItemsTallied) or Permission.SEE_QUEUE not in may:
            return None
        return f"/cases/{event.subject}"

    may = session.person.permissions
    words = nearest(present_language())
    body = figure_body(compiled, figure, events, f"/return/{year}", about, words)
    pages = max(1, -(-len(figure.events) // EVENTS))
    return page(
        request,
        "figure.html",
        session,
        title=f"{words.gettext(figure.meaning)}, {year}",
        body_language=words.language,
        year=year,
        body=body,
        number=number,
        pages=pages,
        path=request.url.path,
    )


def _compiled(server: Running, year: int) -> YearlyReturn:
    shown = server.place.return_shelf.take(year)
    if shown.compiled is None:
        raise HTTPException(503, gettext("The return is being made from all events: come back in a while."))
    return shown.compiled
