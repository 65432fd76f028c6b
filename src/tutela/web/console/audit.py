"""The record of who did what, all of it, and the state of its chain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.events.catalogue.base import all_types
from tutela.storage.record.audit_reader import AuditFilter, AuditReader
from tutela.web.console.history import line
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Server
from tutela.web.translation import gettext

router = APIRouter()
SHOWN = 100


@router.get("/audit")
def show(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.SEE_AUDIT))],
    subject: Annotated[str, Query(max_length=128)] = "",
    person: Annotated[str, Query(max_length=128)] = "",
    kind: Annotated[str, Query(alias="type", max_length=64)] = "",
    since: Annotated[str, Query(alias="from", max_length=10)] = "",
    until: Annotated[str, Query(alias="to", max_length=10)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """Show the newest 100 events that fit; `before` leads to older ones. Days are whole, in UTC, the last included."""
    wanted = filter_of(person, subject, kind, since, until)
    found = AuditReader(server.place.database).page(wanted, SHOWN, before)
    asked = {"person": person, "subject": subject, "type": kind, "from": since, "to": until}
    given = {name: value.strip() for name, value in asked.items() if value.strip()}
    return page(
        request,
        "audit.html",
        session,
        lines=[(event.sequence, line(event)) for event in found.events],
        asked=asked,
        given=given,
        types=list(all_types()),
        older=urlencode({**given, "before": found.before}) if found.before else "",
        newest=urlencode(given),
        paged=before is not None,
        looked_until=found.looked_until,
        state=server.place.audit.state(),
    )


def filter_of(person: str, subject: str, kind: str, since: str, until: str) -> AuditFilter:
    """Return the filter that a form asks for; raises 422 for what is no day."""
    last = _day(until)
    return AuditFilter(
        actor=_stripped(person),
        subject=_stripped(subject),
        type=_stripped(kind),
        since=_midnight(_day(since)),
        until=_midnight(last + timedelta(days=1)) if last else None,
    )


def _stripped(text: str) -> str:
    # What holds a zero byte names nothing, and PostgreSQL does not take it.
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError as error:
        raise HTTPException(
            422, gettext("“%(text)s” is no day: write it as 2025-06-02") % {"text": text[:10]}
        ) from error
    if not 2000 <= found.year <= 2200:
        raise HTTPException(422, gettext("%(day)s lies outside what can be asked for: 2000 to 2200") % {"day": found})
    return found


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
