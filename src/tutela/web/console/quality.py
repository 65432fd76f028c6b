"""The quality of the review: agreement, precision, recall, findings, golden items, canaries, training. No pictures."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, File, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import NotAllowed, Permission, permissions_of
from tutela.casework.case import Classification, NotPossible
from tutela.casework.intake import Refused
from tutela.casework.quality.variants import EDITS
from tutela.content.item import Kind
from tutela.content.sniff import SNIFF_BYTES, kind_of
from tutela.events.catalogue.base import Layer
from tutela.events.catalogue.quality import FindingReason, Truth
from tutela.statistics.figure import Rate
from tutela.statistics.quality.measures import Measures, RecallCount, RecallRun
from tutela.storage.settings import BadSettings
from tutela.storage.workplace import UnknownService
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server
from tutela.web.plots.kappas import kappas
from tutela.web.plots.ranges import Ranges, ranges
from tutela.web.translation import gettext

router = APIRouter(prefix="/quality")
Viewer = Annotated[Session, Depends(Allowed(Permission.SEE_QUALITY))]
Manager = Annotated[Session, Depends(Allowed(Permission.MANAGE_QUALITY))]
SHOWN = 20
PEOPLE_SHOWN = 40


@router.get("")
def show(
    request: Request,
    server: Server,
    session: Viewer,
    first: Annotated[date | Literal[""], Query(alias="from")] = "",
    last: Annotated[date | Literal[""], Query(alias="to")] = "",
) -> Response:
    """Show what is measured of a period, both days included, and what is planted."""
    return _page(request, server, session, first or None, last or None)


@router.post("/findings/{finding}/close")
def close_finding(
    request: Request, server: Server, session: Manager, finding: str, reason: Annotated[FindingReason, Form()]
) -> Response:
    """Close a finding with a reason."""
    try:
        server.place.quality.work.close_finding(session.person, finding, reason)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return _page(request, server, session, status=409, refused=told(error))
    return RedirectResponse("/quality#findings", status_code=303)


@router.post("/golden")
def add_golden(
    request: Request,
    server: Server,
    session: Manager,
    file: Annotated[UploadFile, File()],
    truth: Annotated[Truth, Form()],
    classification: Annotated[Classification | Literal[""], Form()] = "",
) -> Response:
    """Keep an item whose truth is known, to be planted among cases."""
    data = file.file.read()
    kind = kind_of(data[:SNIFF_BYTES])
    if kind is not Kind.IMAGE:
        return _page(
            request, server, session, status=422, refused=gettext("a golden item is a picture: JPEG, PNG or WebP")
        )
    chosen = Classification(classification) if classification else None
    try:
        server.place.quality.work.add_golden(session.person, data, kind.value, truth, chosen)
    except ValueError as error:
        return _page(request, server, session, status=422, refused=told(error))
    return RedirectResponse("/quality#golden", status_code=303)


@router.post("/golden/{golden}/retire")
def retire_golden(request: Request, server: Server, session: Manager, golden: str) -> Response:
    """Plant a golden item no more, and erase it."""
    try:
        server.place.quality.work.retire_golden(session.person, golden)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return _page(request, server, session, status=409, refused=told(error))
    return RedirectResponse("/quality#golden", status_code=303)


@router.post("/canaries")
def plant_canary(request: Request, server: Server, session: Manager) -> Response:
    """Send a canary down the live path now."""
    try:
        server.place.quality.plant_canary(server.stream, actor=session.person.id)
    except (Refused, BadSettings, UnknownService) as error:
        return _page(request, server, session, status=409, refused=told(error))
    return RedirectResponse("/quality#canaries", status_code=303)


@router.post("/trainings")
def record_training(
    request: Request,
    server: Server,
    session: Manager,
    person: Annotated[str, Form(max_length=63)],
    course: Annotated[str, Form(max_length=40)],
    layers: Annotated[list[Layer], Form()],
    valid_from: Annotated[date, Form()],
    valid_until: Annotated[date | Literal[""], Form()] = "",
) -> Response:
    """Record that a person was trained."""
    try:
        server.place.quality.work.record_training(
            session.person, server.place.person(person).id, course, frozenset(layers), valid_from, valid_until or None
        )
    except (LookupError, ValueError, NotAllowed) as error:
        return _page(request, server, session, status=422, refused=told(error))
    return RedirectResponse("/quality#training", status_code=303)


@router.post("/trainings/{training}/withdraw")
def withdraw_training(request: Request, server: Server, session: Manager, training: str) -> Response:
    """Let a training count no more."""
    try:
        server.place.quality.work.withdraw_training(session.person, training)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return _page(request, server, session, status=409, refused=told(error))
    return RedirectResponse("/quality#training", status_code=303)


def _page(
    request: Request,
    server: Running,
    session: Session,
    first: date | None = None,
    last: date | None = None,
    *,
    status: int = 200,
    refused: str = "",
) -> Response:
    office = server.place.quality
    today = server.place.clock().date()
    last = last or today
    first = first or last - timedelta(days=office.rules.window_days - 1)
    if first > last:
        status, refused = 422, refused or gettext("the first day lies after the last")
        first = last
    since, until = _midnight(first), _midnight(last + timedelta(days=1))
    found, reader, bounds = office.measures(since, until), office.reader, office.rules.bounds
    people = [p for p in server.place.people.all() if p.active and Permission.DECIDE in permissions_of(p.roles)]
    return page(
        request,
        "quality.html",
        session,
        status=status,
        refused=refused,
        first=first,
        last=last,
        layers=kappas([(one.layer, one.found) for one in found.layers], bounds.kappa),
        pairs=kappas(
            [(" · ".join((*(one.people or ()), one.layer)), one.found) for one in found.people[:PEOPLE_SHOWN]],
            bounds.kappa,
        ),
        reviewers=found.reviewers[:PEOPLE_SHOWN],
        reviewer_plots=_reviewers(found),
        technologies=ranges([(f"{t.technology} {t.version}", t.precision) for t in found.technologies]),
        recall=_recall(found.recall, {n for n, kind in server.place.kinds.items() if kind.METRIC != "equal"}),
        recall_run=found.recall,
        waiting=reader.waiting(),
        disagreements=reader.disagreements(since, until, SHOWN),
        findings=reader.findings(closed=False, limit=SHOWN),
        closed=reader.findings(closed=True, limit=SHOWN),
        golden=reader.golden(SHOWN),
        canaries=reader.canaries(SHOWN),
        trainings=reader.trainings(SHOWN),
        rules=office.rules,
        bounds=bounds,
        people=people,
        classes=[c.value for c in Classification],
        today=today,
    )


def _reviewers(found: Measures) -> dict[str, Ranges]:
    shown = found.reviewers[:PEOPLE_SHOWN]

    def plot(rates: list[tuple[str, Rate | None]]) -> Ranges:
        return ranges([(person, rate) for person, rate in rates if rate is not None])

    return {
        "positive": plot([(r.person, r.positive) for r in shown]),
        "golden": plot([(r.person, r.golden) for r in shown]),
        "complaints": plot([(r.person, r.complaints) for r in shown]),
    }


def _recall(run: RecallRun | None, by_look: Collection[str]) -> list[tuple[str, Ranges]]:
    """Return a plot for each technology that matches by look: an edited file is never an identical one."""
    order = {edit: place for place, edit in enumerate(EDITS)}
    found: dict[str, list[RecallCount]] = {}
    for row in run.rows if run else ():
        if row.technology in by_look:
            found.setdefault(f"{row.technology} {row.version}", []).append(row)
    return [
        (name, ranges([(r.edit, r.rate) for r in sorted(rows, key=lambda r: order.get(r.edit, len(order)))]))
        for name, rows in sorted(found.items())
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
