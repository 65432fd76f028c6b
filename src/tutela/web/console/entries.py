"""An entry of a list: its origin, what decisions say of it, what rested on it; its verification and judgement."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission, Person
from tutela.casework.care import RestNeeded
from tutela.casework.case import NotPossible
from tutela.casework.entries.standing import EntryState, subject_of
from tutela.casework.evidence import EvidenceGone
from tutela.detection.hashlists.hashlist import Entry, UnknownEntry
from tutela.events.catalogue.entries import RestoreReason, SuspensionReason, WrongReason
from tutela.storage.entries.entry_reader import EntryDetail, EntryReader, OwnEntry
from tutela.storage.evidence.vault import BrokenEvidence
from tutela.web.console.history import line
from tutela.web.console.item_pictures import places_of, small_picture_of
from tutela.web.console.lists import MAX_NUMBER
from tutela.web.console.pages import message, page, units_of
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server
from tutela.web.pictures import CannotBeShown
from tutela.web.translation import gettext

router = APIRouter()
SHOWN = 25
EVENTS = 50
HELD = 20
Number = Annotated[int, Path(ge=0, le=MAX_NUMBER)]
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_LISTS))]
Viewer = Annotated[Session, Depends(Allowed(Permission.SEE_EVIDENCE))]
Verifier = Annotated[Session, Depends(Allowed(Permission.VERIFY_ENTRY))]
Judge = Annotated[Session, Depends(Allowed(Permission.JUDGE_ENTRY))]


@router.get("/lists/{list_id}/entries/{entry_id}")
def show(
    request: Request,
    server: Server,
    session: Reader,
    list_id: str,
    entry_id: Number,
    before: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """Show an entry; `before` is the detection at which the trail goes on."""
    return _page(request, server, session, list_id, entry_id, before=before)


@router.post("/lists/{list_id}/entries/{entry_id}/view")
def view(request: Request, server: Server, session: Viewer, list_id: str, entry_id: Number) -> Response:
    """Record that the person asks to look at the item that an own entry was made of, and return where the picture is.

    Whether it can be shown is tried before: a look at nothing must not stand in the record as a look.
    """
    _, detail = _found(server, list_id, entry_id)
    if detail.own is None or not may_look(session.person, detail):
        text = gettext("There is nothing to verify or to judge here, so the picture stays veiled.")
        return message(request, text, 409)
    own: OwnEntry = detail.own
    try:
        places = places_of(server, own.case_id, own.item_id)
        small_picture_of(server, own.case_id, own.item_id, places[0])
    except (EvidenceGone, BrokenEvidence, CannotBeShown) as error:
        text = gettext("This item cannot be shown, and no look was recorded: %(why)s") % {"why": error}
        return message(request, text, 409)
    try:
        event = server.place.desk.view(session.person, own.case_id, own.item_id, "verification")
    except RestNeeded as error:
        return page(request, "_rest.html", session, status=429, limit=error.limit.value, until=error.until)
    return page(request, "_picture.html", session, view=event.id, places=places, part=0)


@router.post("/lists/{list_id}/entries/{entry_id}/verify")
def verify(request: Request, server: Server, session: Verifier, list_id: str, entry_id: Number) -> Response:
    """Verify an own entry."""
    _found(server, list_id, entry_id)
    try:
        server.place.entries.verify(session.person, entry_id)
    except NotPossible as error:
        return _page(request, server, session, list_id, entry_id, status=409, refused=told(error))
    return _back(list_id, entry_id)


@router.post("/lists/{list_id}/entries/{entry_id}/suspend")
def suspend(
    request: Request,
    server: Server,
    session: Judge,
    list_id: str,
    entry_id: Number,
    reason: Annotated[SuspensionReason, Form()],
) -> Response:
    """Keep an entry from matching until it is judged."""
    _found(server, list_id, entry_id)
    try:
        server.place.entries.suspend(session.person, entry_id, reason)
    except NotPossible as error:
        return _page(request, server, session, list_id, entry_id, status=409, refused=told(error))
    return _back(list_id, entry_id)


@router.post("/lists/{list_id}/entries/{entry_id}/restore")
def restore(
    request: Request,
    server: Server,
    session: Judge,
    list_id: str,
    entry_id: Number,
    reason: Annotated[RestoreReason, Form()],
) -> Response:
    """Let an entry match again."""
    _found(server, list_id, entry_id)
    try:
        server.place.entries.restore(session.person, entry_id, reason)
    except NotPossible as error:
        return _page(request, server, session, list_id, entry_id, status=409, refused=told(error))
    return _back(list_id, entry_id)


@router.post("/lists/{list_id}/entries/{entry_id}/wrong")
def wrong(
    server: Server, session: Judge, list_id: str, entry_id: Number, reason: Annotated[WrongReason, Form()]
) -> Response:
    """Find an entry wrong; the first part of what rested on it is put right at once, the rest in the background."""
    _found(server, list_id, entry_id)
    server.place.entries.judge_wrong(session.person, entry_id, reason)
    server.place.entries.advance()
    return _back(list_id, entry_id)


@router.post("/lists/{list_id}/entries/{entry_id}/release")
def release(request: Request, server: Server, session: Judge, list_id: str, entry_id: Number) -> Response:
    """Let the cases of a cluster go on, the first ones at once."""
    _found(server, list_id, entry_id)
    try:
        server.place.entries.release_cluster(session.person, entry_id)
    except NotPossible as error:
        return _page(request, server, session, list_id, entry_id, status=409, refused=told(error))
    server.place.entries.advance()
    return _back(list_id, entry_id)


def may_look(person: Person, detail: EntryDetail) -> bool:
    """Return whether the person has a reason to look at the item that an own entry was made of."""
    waits = {Permission.VERIFY_ENTRY: EntryState.UNVERIFIED, Permission.JUDGE_ENTRY: EntryState.SUSPENDED}
    reasons = {state for permission, state in waits.items() if permission in person.permissions}
    return detail.own is not None and Permission.SEE_EVIDENCE in person.permissions and detail.record.state in reasons


def _found(server: Running, list_id: str, entry_id: int) -> tuple[Entry, EntryDetail]:
    try:
        entry = server.place.lists.entry(entry_id)
    except UnknownEntry as error:
        raise HTTPException(404, told(error)) from error
    if entry.hashlist != list_id:
        raise HTTPException(
            404, gettext("entry %(entry)s is of the list %(list)s") % {"entry": entry_id, "list": entry.hashlist}
        )
    return entry, EntryReader(server.place.database).detail(entry_id, list_id)


def _back(list_id: str, entry_id: int) -> Response:
    return RedirectResponse(f"/lists/{list_id}/entries/{entry_id}", status_code=303)


def _page(
    request: Request,
    server: Running,
    session: Session,
    list_id: str,
    entry_id: int,
    *,
    before: str = "",
    status: int = 200,
    refused: str = "",
) -> Response:
    entry, detail = _found(server, list_id, entry_id)
    reader = EntryReader(server.place.database)
    trail = reader.trail(entry_id, before, SHOWN + 1)
    numbers = server.cases.latest_events(None, subject_of(entry_id), EVENTS)
    with server.place.transactions.reading() as log:
        events = sorted(log.by_sequence(numbers), key=lambda event: -event.sequence)
    since = detail.cluster_since
    window = server.place.settings.entries.window
    own = detail.own
    viewed = server.cases.viewed_by(own.case_id, session.person.id) if own else frozenset[str]()
    return page(
        request,
        "entry.html",
        session,
        status=status,
        entry=entry,
        detail=detail,
        record=detail.record,
        rate=detail.record.precision,
        hashlist=server.place.lists.get(list_id),
        trail=trail[:SHOWN],
        older=trail[SHOWN - 1].detection if len(trail) > SHOWN else None,
        before=before,
        history=[line(event) for event in events],
        cluster=reader.cluster(entry_id, since - window) if since else None,
        held=reader.held_for(entry_id, HELD) if since else [],
        may_look=may_look(session.person, detail),
        viewed=bool(own and own.item_id in viewed),
        hours=server.place.settings.entries.cluster_hours,
        adder_verifies=server.place.settings.entries.adder_verifies,
        units=units_of(server),
        refused=refused,
    )
