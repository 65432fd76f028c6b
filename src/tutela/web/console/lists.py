"""Hash lists: whose they are, how many entries they have, and which of those people judged."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.casework.case import NoSuchCase, NoSuchItem, NotPossible
from tutela.casework.entries.standing import EntryState
from tutela.casework.evidence import EvidenceGone
from tutela.detection.hashlists.hashlist import HashList, ListSummary, UnknownEntry, UnknownList
from tutela.storage.entries.entry_reader import EntryReader
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server
from tutela.web.translation import gettext

router = APIRouter()
SHOWN = 50
BEHIND = 20
MAX_NUMBER = 2**63 - 1
"""The largest number that an entry can have in the database."""
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_LISTS))]
Verifier = Annotated[Session, Depends(Allowed(Permission.VERIFY_ENTRY))]
Judged = Literal["unverified", "suspended", "wrong", "active"]
WAITING: tuple[Judged, ...] = ("suspended", "unverified")
"""What a list's page begins with, where there is such."""


@router.get("/lists")
def show_all(request: Request, server: Server, session: Reader) -> Response:
    """Show every list with its counts."""
    return _lists(request, server, session)


@router.post("/lists")
def add(
    request: Request,
    server: Server,
    session: Verifier,
    case: Annotated[str, Form(max_length=36)] = "",
    item: Annotated[str, Form(max_length=36)] = "",
    hashlist: Annotated[str, Form(max_length=63)] = "",
) -> Response:
    """Put an item of a confirmed case on an own list."""
    try:
        added = server.place.entries.add(session.person, case.strip(), item.strip(), hashlist)
    except (NotPossible, UnknownList, NoSuchCase, NoSuchItem, EvidenceGone) as error:
        return _lists(request, server, session, status=409, refused=told(error), case=case, item=item)
    return RedirectResponse(f"/lists/{hashlist}/entries/{added[0]}", status_code=303)


@router.get("/lists/{list_id}")
def show(
    request: Request,
    server: Server,
    session: Reader,
    list_id: str,
    state: Annotated[Judged | None, Query()] = None,
    after: Annotated[int, Query(ge=0, le=MAX_NUMBER)] = 0,
    number: Annotated[int | None, Query(ge=0, le=MAX_NUMBER)] = None,
) -> Response:
    """Show a list with the entries on record that are in one state; `number` leads to an entry."""
    if number is not None:
        try:
            if server.place.lists.entry(number).hashlist == list_id:
                return RedirectResponse(f"/lists/{list_id}/entries/{number}", status_code=303)
        except UnknownEntry:
            pass
        refused = gettext("%(list)s has no entry %(entry)s") % {"list": list_id, "entry": number}
    else:
        refused = ""
    summary = _summary(server, list_id)
    reader = EntryReader(server.place.database)
    counts = reader.counts_by_state([list_id])[list_id]
    waiting: list[Judged] = [one for one in WAITING if counts[one]]
    chosen: Judged = state or (waiting[0] if waiting else "active")
    rows = reader.of_list(list_id, EntryState(chosen), after, SHOWN + 1)
    return page(
        request,
        "list.html",
        session,
        status=404 if refused else 200,
        one=summary,
        counts=counts,
        state=chosen,
        rows=rows[:SHOWN],
        following=rows[SHOWN - 1].entry_id if len(rows) > SHOWN else None,
        first=after == 0,
        refused=refused,
    )


@router.get("/cases/{case_id}/items/{item_id}/listing")
def listing(request: Request, server: Server, session: Reader, case_id: str, item_id: str) -> Response:
    """Return what a case's page says of the entries behind one of its items, and of the own lists that it may go on."""
    reader = EntryReader(server.place.database)
    behind = reader.behind(case_id, item_id, BEHIND)
    if behind is None:
        raise HTTPException(404, gettext("case %(case)s has no item %(item)s") % {"case": case_id, "item": item_id})
    return page(
        request,
        "_listing.html",
        session,
        behind=behind.entries,
        made=reader.made_of(item_id),
        own=own_lists(server) if behind.confirmed and Permission.VERIFY_ENTRY in session.person.permissions else [],
        case_id=case_id,
        item_id=item_id,
    )


def own_lists(server: Running) -> list[HashList]:
    """Return the operator's own lists, by name."""
    return [summary.hashlist for summary in server.place.lists.summaries() if summary.hashlist.own]


def _summary(server: Running, list_id: str) -> ListSummary:
    for summary in server.place.lists.summaries():
        if summary.hashlist.id == list_id:
            return summary
    raise HTTPException(404, gettext("there is no hash list “%(list)s”") % {"list": list_id})


def _lists(
    request: Request,
    server: Running,
    session: Session,
    status: int = 200,
    refused: str = "",
    case: str = "",
    item: str = "",
) -> Response:
    summaries = server.place.lists.summaries()
    counts = EntryReader(server.place.database).counts_by_state([one.hashlist.id for one in summaries])
    own = [one.hashlist for one in summaries if one.hashlist.own]
    return page(
        request,
        "lists.html",
        session,
        status=status,
        rows=summaries,
        counts=counts,
        own=own,
        refused=refused,
        case=case,
        item=item,
    )
