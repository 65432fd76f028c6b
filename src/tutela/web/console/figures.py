"""Figures of redress for any period, each rate with its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.statistics.figure import Rate
from tutela.statistics.redress.counting import UNITS
from tutela.statistics.redress.rates import By, RedressFigures, Reversals
from tutela.statistics.redress.selection import Period, Unit, Users
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server
from tutela.web.plots.ranges import Ranges, ranges
from tutela.web.translation import gettext

router = APIRouter()
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_COMPLAINTS))]
Day = Annotated[date | None, Query()]


@router.get("/complaints/figures")
def show(
    request: Request,
    server: Server,
    session: Reader,
    first: Day = None,
    last: Day = None,
    by: By = "all",
    users: Users = "all",
) -> Response:
    """Show the figures of a period; without one, of the last 365 days."""
    period = _period(server, first, last)
    shown = server.place.redress_shelf.take((period, by, users))
    figures = shown.compiled
    names = {service.id: service.name for service in server.place.services()}
    return page(
        request,
        "figures_redress.html",
        session,
        period=period,
        by=by,
        users=users,
        shown=shown,
        tables=_tables(figures, names) if figures is not None else [],
        json=f"/complaints/figures.json?first={period.first}&last={period.last}&by={by}&users={users}",
    )


@router.get("/complaints/figures.json")
def show_json(
    server: Server,
    session: Reader,  # noqa: ARG001 - the permission is what it is there for
    first: Day = None,
    last: Day = None,
    by: By = "all",
    users: Users = "all",
) -> Response:
    """Give the same as JSON; 503 where they are being made."""
    shown = server.place.redress_shelf.take((_period(server, first, last), by, users))
    if shown.compiled is None:
        raise HTTPException(
            503, gettext("The figures are being made from all events. Load the page again in a moment.")
        )
    return JSONResponse(shown.compiled.as_json())


@dataclass(frozen=True, slots=True)
class _Table:
    unit: Unit
    lines: list[tuple[str, Reversals]]
    per_complaint: Ranges | None
    per_action: Ranges | None


def _period(server: Running, first: date | None, last: date | None) -> Period:
    end = last or server.place.clock().date()
    try:
        return Period(first or end - timedelta(days=364), end)
    except ValueError as error:
        raise HTTPException(422, told(error)) from error


def _tables(figures: RedressFigures, names: dict[str, str]) -> list[_Table]:
    tables = []
    for unit in UNITS:
        rows = [row for row in figures.rows if row.unit == unit]
        labels = [names.get(row.part, row.part) if row.part else gettext("all") for row in rows]
        per_complaint = [(label, row.per_complaint) for label, row in zip(labels, rows, strict=True)]
        per_action = [(label, row.per_action) for label, row in zip(labels, rows, strict=True)]
        lines = list(zip(labels, rows, strict=True))
        tables.append(_Table(unit, lines, _drawn(per_complaint), _drawn(per_action)))
    return tables


def _drawn(rates: list[tuple[str, Rate | None]]) -> Ranges | None:
    return ranges(rates) if any(rate is not None for _, rate in rates) else None
