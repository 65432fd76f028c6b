"""Complaints: those that wait, one of them with what the user wrote, and its decision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.casework.case import NotPossible
from tutela.casework.reasons import Reason
from tutela.statistics.redress.durations import durations
from tutela.storage.redress.redress_reader import COUNTED, Overdue
from tutela.web.console.pages import page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server

router = APIRouter()
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_COMPLAINTS))]
Decider = Annotated[Session, Depends(Allowed(Permission.DECIDE_COMPLAINT))]
SHOWN = 50
BEHIND = timedelta(minutes=10)
"""A notice that is due for longer than this, or a deferral over for longer, says that the background work stands."""
MEASURED = timedelta(days=90)


@router.get("/complaints")
def show(
    request: Request,
    server: Server,
    session: Reader,
    after: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """List the complaints that wait, oldest and so overdue ones first, some at a time, with all that stands beside."""
    reader, policy, now = server.place.redress_reader, server.place.settings.redress, server.place.clock()
    rows = reader.waiting(SHOWN + 1, _after(server, after))
    return page(
        request,
        "complaints.html",
        session,
        rows=rows[:SHOWN],
        more=rows[SHOWN - 1].id if len(rows) > SHOWN else "",
        after=after,
        decide=policy.time_to_decide,
        due=policy.due,
        access=reader.access_waiting(SHOWN),
        access_within=policy.time_for_access,
        decided=reader.decided(10),
        overdue=overdue(server),
        counted=COUNTED,
        took=durations(reader.times(now - MEASURED, now + timedelta(seconds=1), "internal")),
        took_courts=durations(reader.times(now - MEASURED, now + timedelta(seconds=1), "judicial")),
        days=MEASURED.days,
    )


@router.get("/complaints/{complaint_id}")
def one(request: Request, server: Server, session: Reader, complaint_id: str) -> Response:
    """Show a complaint with what it is against and, to those who may look at evidence, what was written."""
    return complaint_page(request, server, session, complaint_id)


@router.post("/complaints/{complaint_id}")
def decide(
    request: Request,
    server: Server,
    session: Decider,
    complaint_id: str,
    reason: Annotated[Reason, Form()],
    answer: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Decide a complaint: the reason says the result. One that is upheld undoes what rested on the mistake."""
    try:
        server.place.redress.decide(session.person, complaint_id, reason.upholds, reason, answer)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return complaint_page(request, server, session, complaint_id, status=409, refused=told(error), answer=answer)
    return RedirectResponse(f"/complaints/{complaint_id}", status_code=303)


def complaint_page(
    request: Request,
    server: Running,
    session: Session,
    complaint_id: str,
    *,
    status: int = 200,
    refused: str = "",
    answer: str = "",
) -> Response:
    """Return the page of a complaint, with what was refused if something was."""
    reader, policy = server.place.redress_reader, server.place.settings.redress
    try:
        line = reader.complaint(complaint_id)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    may_read = Permission.SEE_EVIDENCE in session.person.permissions
    return page(
        request,
        "complaint.html",
        session,
        status=status,
        complaint=line,
        action=server.cases.action(line.action_id),
        due=policy.due(line.channel, line.lodged_at),
        written=reader.written(line) if may_read else None,
        may_read=may_read,
        viewed=server.cases.viewed_by(line.case_id, session.person.id),
        case_items=[i for i in server.cases.one(line.case_id).items if line.item_id in (None, i.id)][:20],
        earlier=[c for c in reader.of_action(line.action_id) if c.id != line.id],
        doubts=reader.doubts(line.id),
        barred=line.upheld is None and session.person.id in reader.barred(line.id),
        upholding=[r.value for r in Reason if r.fits(upheld=True, channel=line.channel)],
        rejecting=[r.value for r in Reason if r.fits(upheld=False, channel=line.channel)],
        refused=refused,
        answer=answer,
    )


def overdue(server: Running) -> Overdue:
    """Return what stands longer than it may."""
    policy = server.place.settings.redress
    return server.place.redress_reader.overdue(
        server.place.clock(), policy.time_to_decide, policy.time_for_access, policy.time_to_hand_over, BEHIND
    )


def _after(server: Running, complaint_id: str) -> tuple[datetime, str] | None:
    if not complaint_id:
        return None
    try:
        line = server.place.redress_reader.complaint(complaint_id)
    except LookupError:
        return None
    return line.lodged_at, line.id
