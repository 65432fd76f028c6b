"""The yearly return, each figure opened down to its events."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.events.catalogue import ItemsTallied
from tutela.events.envelope import Event
from tutela.statistics.provider_return.wording import as_json
from tutela.statistics.provider_return.writing import figure_body, return_body
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Server

router = APIRouter()
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_RETURN))]
Year = Annotated[int, Path(ge=2021, le=2100)]


@router.get("/return")
def latest(server: Server, session: Reader) -> Response:  # noqa: ARG001 - the permission is what it is there for
    """Lead to the year of the newest tally, or to this year."""
    return RedirectResponse(f"/return/{server.place.latest_year()}", status_code=303)


@router.get("/return/{year}")
def show(request: Request, server: Server, session: Reader, year: Year) -> Response:
    """Show the return of a year, made from the events as they are now."""
    compiled = server.place.yearly_return(year)
    body = return_body(compiled, lambda figure_id: f"/return/{year}/figures/{quote(figure_id, safe='@~.-_')}")
    return page(request, "return.html", session, title=f"Yearly return {year}", year=year, body=body)


@router.get("/return/{year}/return.json")
def show_json(server: Server, session: Reader, year: Year) -> Response:  # noqa: ARG001
    """Give the same as JSON."""
    return JSONResponse(as_json(server.place.yearly_return(year)))


@router.get("/return/{year}/figures/{figure_id}")
def show_figure(request: Request, server: Server, session: Reader, year: Year, figure_id: str) -> Response:
    """Show the events that a figure counts."""
    compiled = server.place.yearly_return(year)
    try:
        figure = compiled.figure(figure_id)
    except KeyError as error:
        raise HTTPException(404, "the return has no such figure") from error
    with server.place.transactions.reading() as log:
        events = log.by_sequence(figure.events)

    def about(event: Event) -> str | None:
        return None if isinstance(event.payload, ItemsTallied) else f"/cases/{event.subject}"

    open_cases = Permission.SEE_QUEUE in session.person.permissions
    body = figure_body(compiled, figure, events, f"/return/{year}", about if open_cases else lambda _: None)
    return page(request, "return.html", session, title=f"{figure.meaning}, {year}", year=year, body=body)
