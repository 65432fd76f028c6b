"""The register of a national authority, to read: figures as they stood, why they differ, who stated what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.statistics.authority.differences import Change, Difference, how
from tutela.statistics.authority.figures import Extraction
from tutela.statistics.authority.period import days
from tutela.statistics.authority.publishing.tables import name_of, notes, subtitle, tables
from tutela.statistics.authority.register import Investigation, Report
from tutela.statistics.authority.statement import Statement
from tutela.statistics.authority.wording import Wording, wording
from tutela.statistics.union.period import Period
from tutela.statistics.union.words import ENGLISH
from tutela.statistics.union.words import languages as told_in
from tutela.storage.authority.register_views import Asked
from tutela.web.console.history import Line
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Server
from tutela.web.translation import gettext, language_of

router = APIRouter(prefix="/register")
Reader = Annotated[Session, Depends(Allowed(Permission.KEEP_REGISTER))]
Day = date | Literal[""]
AT_ONCE = 50
"""Rows of a list on one page."""
CHANGES = 5
"""Units of a figure whose coming or going a page explains; the command line lists all."""


@dataclass(frozen=True, slots=True)
class Row:
    """A report or an investigation in a list. `with_it`: reports of its case, or reports in it."""

    subject: str
    on: date
    with_it: int


@dataclass(frozen=True, slots=True)
class Told:
    """A figure that is not the same on two days."""

    name: str
    before: str
    after: str
    came: list[Change]
    went: list[Change]
    more: int
    declared: int


@router.get("")
def show(
    request: Request,
    server: Server,
    session: Reader,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
    as_of: Annotated[Day, Query()] = "",
    since: Annotated[Day, Query()] = "",
    of: Annotated[Literal["reports", "investigations"], Query()] = "reports",
    number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
) -> Response:
    """Show the figures of a period as they stood on a day, how they differ from an earlier day, and what they count.

    Without a period it is the calendar year; without a day, today.
    """
    now = server.place.clock()
    start, end, day = first or date(now.year, 1, 1), last or date(now.year, 12, 31), as_of or now.date()
    refused = _refused(start, end, day, since or day)
    if refused:
        start, end, day, since = date(now.year, 1, 1), date(now.year, 12, 31), now.date(), ""
    told = _wording(request)
    period = days(start, end)
    shown = server.place.register_views.take(Asked(period, day, since or None))
    view = shown.compiled
    every = _listed(view.made.extraction, of) if view else []
    pages = max(1, -(-len(every) // AT_ONCE))
    number = min(number, pages)
    rows = _rows(view.made.extraction, every[(number - 1) * AT_ONCE : number * AT_ONCE]) if view else []
    asked = {"from": str(start), "to": str(end), "as_of": str(day), "since": str(since or "")}
    return page(
        request,
        "register.html",
        session,
        told=told,
        asked=asked,
        refused=refused,
        shown=shown,
        subtitle=subtitle(view.made, told) if view else "",
        tables=[t for t in tables(view.made, told) if t.rows] if view else [],
        notes=notes(view.made, told) if view else [],
        found=[_told(one, told) for one in view.differing] if view else [],
        how=how,
        of=of,
        rows=rows,
        all_rows=len(every),
        number=number,
        pages=pages,
        here=lambda **change: "/register?" + urlencode({**asked, "of": of, "page": number} | change),
    )


@router.get("/{subject:path}")
def show_subject(
    request: Request, server: Server, session: Reader, subject: Annotated[str, Path(max_length=200)]
) -> Response:
    """Show every statement about something, with the day of which it is, when it was recorded, and who stated it."""
    try:
        found = server.place.authority.about(subject)
    except ValueError as error:
        raise HTTPException(404) from error
    except LookupError as error:
        raise HTTPException(404) from error
    about = found[0][0].subject
    now = server.place.clock().date()
    shown = server.place.register_views.take(Asked(Period.of_year(now.year), now))
    one = shown.compiled.made.extraction if shown.compiled else None
    reports = _reports(one, about) if one else []
    return page(
        request,
        "register_subject.html",
        session,
        subject=about,
        lines=[(_line(one), one, stands) for one, stands in reversed(found)],
        shown=shown,
        of_case=list(islice((name for name in _case(one, about) if name != about), AT_ONCE)) if one else [],
        within=list(one.register.containing.get(about, ())) if one else [],
        reports=reports[:AT_ONCE],
        all_reports=len(reports),
        goes_on=one.register.goes_on_in(about) if one else about,
    )


def _refused(start: date, end: date, day: date, since: date) -> str:
    """Return what is wrong with what was asked, or nothing."""
    if end < start:
        return gettext("the period ends before it begins")
    return gettext("the earlier day is later than the other") if since > day else ""


def _wording(request: Request) -> Wording:
    language = language_of(request)
    return wording(language if language in told_in() else ENGLISH)


def _listed(one: Extraction, of: str) -> Sequence[Report | Investigation]:
    """Return what a list is of, the newest first."""
    if of == "reports":
        return one.received[::-1]
    begun = [i for i in one.register.investigations.values() if one.period.first <= i.opened <= one.period.last]
    return sorted(begun, key=lambda i: (i.opened, i.id), reverse=True)


def _rows(one: Extraction, listed: Sequence[Report | Investigation]) -> list[Row]:
    return [
        Row(i.id, i.on, len(one.cases[i.id])) if isinstance(i, Report) else Row(i.id, i.opened, len(i.reports))
        for i in listed
    ]


def _told(one: Difference, told: Wording) -> Told:
    came, went = (list(islice(changes, CHANGES)) for changes in (one.came, one.went))
    more = len(one.came) + len(one.went) - len(came) - len(went)
    values = told.value(one.before), told.value(one.after)
    return Told(name_of(one.id, told), *values, came, went, more, len(one.declared))


def _line(one: Statement) -> Line:
    return Line(one.recorded_at, one.author, one.subject, one.said.TYPE, one.said.model_dump(mode="json"), "")


def _case(one: Extraction, subject: str) -> tuple[str, ...]:
    """Return the reports of a report's case, of all that came until now; nothing for what is no report that stands."""
    return one.cases.get(subject, ())


def _reports(one: Extraction, subject: str) -> list[str]:
    investigation = one.register.investigations.get(subject)
    return sorted(investigation.reports) if investigation else []
