"""Breaks: taken, ended, and offered where somebody has looked at enough for now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission, Person
from tutela.casework.care import Exposure
from tutela.storage.casework.care_reader import CareReader
from tutela.web.current import Allowed, Running, Server

router = APIRouter()
Viewer = Annotated[Session, Depends(Allowed(Permission.SEE_EVIDENCE))]


@router.post("/breaks/begin")
def begin(server: Server, session: Viewer) -> Response:
    """Record that the person rests; their cases go back to the queue."""
    server.place.resting.begin(session.person)
    return RedirectResponse("/queue", status_code=303)


@router.post("/breaks/end")
def end(
    server: Server, session: Viewer, case: Annotated[str, Form(max_length=36, pattern="^[0-9a-f-]*$")] = ""
) -> Response:
    """Record that the person is back, and go on where they are."""
    server.place.resting.end(session.person)
    return RedirectResponse(f"/cases/{case}" if case else "/queue", status_code=303)


def exposure_of(server: Running, person: Person) -> Exposure | None:
    """Return what the person looked at, or nothing for those who never look."""
    if Permission.SEE_EVIDENCE not in person.permissions:
        return None
    place = server.place
    return CareReader(place.database, place.settings.care, place.clock).exposure(person.id)
