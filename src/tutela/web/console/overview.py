"""The overview: what came, what waits, how long it took, and how often the technologies erred. No pictures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.statistics.figure import Rate
from tutela.statistics.interval import exact_rate
from tutela.statistics.overview.counts import WITHIN, Counted
from tutela.statistics.overview.series import Period, backlog
from tutela.storage.casework.queue_reader import QueueReader
from tutela.storage.legal.reader import Waiting
from tutela.storage.statistics.overview_reader import OverviewReader
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Running, Server
from tutela.web.plots.columns import Series, columns, line
from tutela.web.plots.ranges import ranges
from tutela.web.translation import gettext, ngettext

router = APIRouter()
LAYERS = (("known", "s1"), ("new", "s2"), ("solicitation", "s3"))
_WENT = (Counted.CASES_CONFIRMED, Counted.CASES_DISMISSED)
_CAME = (Counted.CASES_OPENED, Counted.CASES_REOPENED)


@router.get("/overview")
def show(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.SEE_DASHBOARD))],
    days: Annotated[Literal["30", "90", "365"], Query()] = "90",
    service: Annotated[str, Query(max_length=63)] = "",
) -> Response:
    """Show the last days, of all services or of one."""
    reader = OverviewReader(server.place.database)
    period = Period.ending(server.place.clock().date(), int(days))
    services = server.place.services()
    chosen = service if service in {s.id for s in services} else None
    by_day = reader.by_day([Counted.ITEMS_FLAGGED, *_CAME, *_WENT], period.first, period.last, chosen)
    summed = reader.totals([*Counted, *(name for name, _ in WITHIN)], period.first, period.last, chosen)
    before = reader.before([*_CAME, *_WENT], period.first, chosen)
    labels = [_label(start, period.step) for start in period.starts]
    totals = {str(name): summed.get(name, 0) for name in Counted}
    inflow = columns(
        labels,
        [
            Series(_layer(layer), mark, period.joined(by_day.get((Counted.ITEMS_FLAGGED, layer), {})))
            for layer, mark in LAYERS
        ],
    )
    came = period.joined(_joined(by_day, _CAME))
    went = period.joined(_joined(by_day, _WENT))
    start = sum(before.get(name, 0) for name in _CAME) - sum(before.get(name, 0) for name in _WENT)
    waiting = line(labels, Series(gettext("waiting"), "s1", backlog(start, came, went)))
    queues = QueueReader(server.place.database, server.place.settings.queues)
    waits_now, more_wait = queues.waiting(session.person.id, chosen)
    decided = [summed.get(name, 0) for name, _ in WITHIN]
    return page(
        request,
        "overview.html",
        session,
        days=days,
        service=chosen or "",
        services=services,
        period=period,
        totals=totals,
        reports=server.place.reports.standing(),
        inflow=inflow,
        waiting=waiting,
        waits_now=waits_now,
        more_wait=more_wait,
        decided=sum(decided),
        within=_shares(decided),
        errors=ranges(_error_rates(reader, period)),
        legal=_legal(server, session),
        step=gettext("Week from") if period.step == 7 else gettext("Day"),
    )


def _legal(server: Running, session: Session) -> Waiting | None:
    if Permission.SEE_LEGAL not in session.person.permissions:
        return None
    return server.place.legal.reader.waiting(server.place.clock())


def _label(start: date, step: int) -> str:
    return f"{start:%Y-%m-%d}" if step > 1 else f"{start:%m-%d}"


def _layer(layer: str) -> str:
    return {
        "known": gettext("known material"),
        "new": gettext("new material"),
        "solicitation": gettext("solicitation"),
    }[layer]


def _by_name(by_day: Mapping[tuple[str, str], Mapping[date, int]], name: str) -> dict[date, int]:
    found: dict[date, int] = {}
    for (one, _), days in by_day.items():
        if one == name:
            for day, value in days.items():
                found[day] = found.get(day, 0) + value
    return found


def _joined(by_day: Mapping[tuple[str, str], Mapping[date, int]], names: tuple[str, ...]) -> dict[date, int]:
    found: dict[date, int] = {}
    for name in names:
        for day, value in _by_name(by_day, name).items():
            found[day] = found.get(day, 0) + value
    return found


def _shares(decided: list[int]) -> list[tuple[str, float, int]]:
    total, so_far = sum(decided), 0
    rows: list[tuple[str, float, int]] = []
    for (_, limit), number in zip(WITHIN, decided, strict=True):
        so_far += number
        if limit is not None and total:
            rows.append((_within(limit), so_far / total, so_far))
    return rows


def _within(limit: timedelta) -> str:
    hours = int(limit.total_seconds() // 3600)
    if hours < 24:
        return gettext("within %(hours)s h") % {"hours": hours}
    return ngettext("within a day", "within %(num)s days", hours // 24) % {"num": hours // 24}


def _error_rates(reader: OverviewReader, period: Period) -> list[tuple[str, Rate | None]]:
    found = reader.technologies(period.first, period.last)
    rates: list[tuple[str, Rate | None]] = []
    for (technology, version), counts in sorted(found.items()):
        wrong = counts.get(Counted.DECIDED_ERROR, 0)
        rates.append((f"{technology} {version}", exact_rate(wrong, sum(counts.values()))))
    return rates
