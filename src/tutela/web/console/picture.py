"""The picture of an item: asking for it and sending it go on record before a byte leaves; it lasts ten minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import Response

from tutela.access.ports import Session
from tutela.access.roles import NotAllowed, Permission, Person
from tutela.casework.care import RestNeeded
from tutela.casework.case import NoSuchCase, NoSuchItem, NotPossible
from tutela.casework.evidence import EvidenceGone
from tutela.content.place import Place
from tutela.storage.casework.case_page import CasePages
from tutela.storage.casework.case_reader import CaseDetail, ViewRow
from tutela.storage.evidence.vault import BrokenEvidence
from tutela.web.console.item_pictures import places_of, small_picture_of
from tutela.web.console.looking import Veiled, needed_to_decide, purpose_of_look, words_of
from tutela.web.console.pages import message, page
from tutela.web.console.told import told, told_in
from tutela.web.current import Allowed, Running, Server, record_refusal
from tutela.web.pictures import CannotBeShown
from tutela.web.translation import gettext

router = APIRouter()
SHOWN_FOR = timedelta(minutes=10)
Number = Annotated[int, Path(ge=0, le=1_000_000)]
Part = Annotated[int, Query(ge=0, le=1_000_000)]
Viewer = Annotated[Session, Depends(Allowed(Permission.SEE_EVIDENCE))]


@router.post("/cases/{case_id}/items/{item_id}/view")
def view(request: Request, server: Server, session: Viewer, case_id: str, item_id: str) -> Response:
    """Record that the person asks to look, and return where the picture is.

    Whether it can be shown is tried before: a look at nothing must not stand in the record as a look.
    """
    try:
        found = CasePages(server.place.database).read(case_id, item_id, session.person.id, server.place.clock())
    except (NoSuchCase, NoSuchItem) as error:
        raise HTTPException(404, told(error)) from error
    purpose = purpose_of_look(server, session.person, found)
    if isinstance(purpose, Veiled):
        return _refused(request, server, session.person, found.case, purpose)
    try:
        places = places_of(server, case_id, item_id)
        small_picture_of(server, case_id, item_id, places[0])
    except (EvidenceGone, BrokenEvidence, CannotBeShown) as error:
        text = told_in(gettext("This item cannot be shown, and no look was recorded: %(why)s"), error)
        return message(request, text, 409)
    try:
        event = server.place.desk.view(session.person, case_id, item_id, purpose)
    except RestNeeded as error:
        return page(request, "_rest.html", session, status=429, limit=error.limit.value, until=error.until)
    except (NotAllowed, NotPossible) as error:
        # It changed since it was read: somebody took or decided the case, or a training ended.
        return message(request, told_in(gettext("No look was recorded: %(why)s."), error), _status(error))
    return page(request, "_picture.html", session, view=event.id, places=places, part=0)


@router.get("/views/{view_id}/parts/{part}")
def another_part(request: Request, server: Server, session: Viewer, view_id: str, part: Number) -> Response:
    """Return where the picture of another part of the item is: the look is at the item, whichever part it shows."""
    look = _look(server, session, view_id)
    places = _places(server, look)
    if part >= len(places):
        raise HTTPException(404, _no_picture())
    return page(request, "_picture.html", session, view=view_id, places=places, part=part)


@router.get("/views/{view_id}/picture")
def picture(server: Server, session: Viewer, view_id: str, part: Part = 0) -> Response:
    """Return a picture of the item to the person whose look it is, for ten minutes from the look on.

    `part` counts the places that matched from 0, the nearest.
    """
    look = _look(server, session, view_id)
    places = _places(server, look)
    if part >= len(places):
        raise HTTPException(404, _no_picture())
    try:
        shown = small_picture_of(server, look.case_id, look.item_id, places[part])
    except (EvidenceGone, BrokenEvidence, CannotBeShown) as error:
        raise HTTPException(404, told(error)) from error
    # Only now does the look count: asking for it shows nothing yet.
    server.place.desk.shown(session.person, view_id)
    return Response(shown, media_type="image/jpeg")


def _refused(request: Request, server: Running, person: Person, case: CaseDetail, why: Veiled) -> Response:
    if why in (Veiled.CLOSED, Veiled.CLAIMED):
        return message(request, words_of(why), 409)
    lacking = sorted(needed_to_decide(case) - person.permissions)
    record_refusal(server.place, person, "untrained" if why is Veiled.UNTRAINED else lacking[0])
    return message(request, words_of(why), 403)


def _status(error: NotAllowed | NotPossible) -> int:
    return 403 if isinstance(error, NotAllowed) else 409


def _look(server: Running, session: Session, view_id: str) -> ViewRow:
    look = server.cases.view(view_id)
    if look is None or look.person != session.person.id or server.place.clock() - look.at > SHOWN_FOR:
        raise HTTPException(404, _no_picture())
    return look


def _no_picture() -> str:
    return gettext("There is no picture here: a look is its own person's, and ends after ten minutes.")


def _places(server: Running, look: ViewRow) -> list[Place]:
    try:
        return places_of(server, look.case_id, look.item_id)
    except (EvidenceGone, BrokenEvidence) as error:
        raise HTTPException(404, told(error)) from error
