"""The record of who did what: sign-ins, refusals, keys, lists, looks; or everything about one subject."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.events import catalogue
from tutela.web.console.history import line
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Server

router = APIRouter()
SHOWN = 200
TYPES = tuple(
    payload.TYPE
    for payload in (
        catalogue.PersonRegistered,
        catalogue.PersonSignedIn,
        catalogue.PersonRefused,
        catalogue.KeyCreated,
        catalogue.KeyRevoked,
        catalogue.ServiceRegistered,
        catalogue.HashListCreated,
        catalogue.HashListImported,
        catalogue.HashListSwitched,
        catalogue.IntakeRefused,
        catalogue.EvidenceViewed,
        catalogue.EvidenceShown,
        catalogue.ReferralRetryOrdered,
    )
)


@router.get("/audit")
def show(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.SEE_AUDIT))],
    subject: Annotated[str, Query(max_length=128)] = "",
) -> Response:
    """Show the newest 200 events; with a subject (a case, a person, a list, a service) all kinds of events of it."""
    wanted = subject.strip()
    numbers = server.cases.latest_events(None if wanted else TYPES, wanted or None, SHOWN)
    with server.place.transactions.reading() as log:
        events = sorted(log.by_sequence(numbers), key=lambda event: -event.sequence)
    lines = [line(event) for event in events]
    return page(request, "audit.html", session, lines=lines, subject=wanted, shown=SHOWN)
