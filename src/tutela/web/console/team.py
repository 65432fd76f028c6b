"""How it stands with those who review: who works on what, and who should rest."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.storage.casework.care_reader import CareReader, claims_now
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Server

router = APIRouter()
CLAIMS = 100


@router.get("/team")
def show(
    request: Request, server: Server, session: Annotated[Session, Depends(Allowed(Permission.ASSIGN))]
) -> Response:
    """Show everybody who looks at items: their looks, breaks and limits; and the cases that are worked on."""
    place = server.place
    viewers = [one for one in place.people.all() if Permission.SEE_EVIDENCE in one.permissions]
    reader = CareReader(place.database, place.settings.care, place.clock)
    return page(
        request,
        "team.html",
        session,
        team=reader.team(viewers),
        held=claims_now(place.database, place.clock(), CLAIMS, session.person.id),
        limits=place.settings.care,
        most=CLAIMS,
    )
