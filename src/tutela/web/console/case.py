"""A case: what is known of it, and the decision on its items."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import NotAllowed, Permission, Person
from tutela.casework.case import Case, CaseState, Classification, NoSuchCase, NoSuchItem, NotPossible
from tutela.casework.review import next_undecided
from tutela.events.catalogue import Verdict
from tutela.storage.case_reader import CaseDetail
from tutela.web.console.history import history
from tutela.web.console.pages import page, units_of
from tutela.web.current import Allowed, Running, Server, record_refusal

router = APIRouter()
WINDOW = 60
"""How many items the list shows around the one in the middle, so that a page stays small."""
Decision = Literal["known", "new", "not", "escalate"]


@router.get("/cases/{case_id}")
def show(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.SEE_QUEUE))],
    case_id: str,
    item: Annotated[str, Query(max_length=36)] = "",
    after: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """Show a case with one of its items in the middle; the picture stays veiled."""
    return case_page(request, server, session, case_id, item, after=after)


@router.post("/cases/{case_id}/items/{item_id}/decide")
def decide(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.DECIDE))],
    case_id: str,
    item_id: str,
    decision: Annotated[Decision | None, Form()] = None,
    classification: Annotated[Classification | Literal[""], Form()] = "",
    opinion: Annotated[Verdict | Literal[""], Form()] = "",
    remarks: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Record a decision or an escalation, and go to what comes next."""
    person, desk = session.person, server.place.desk
    try:
        if decision is None:
            raise NotPossible("choose a decision first")
        if decision == "escalate":
            case = desk.escalate(person, case_id, item_id, opinion or None, remarks)
        else:
            chosen = Classification(classification) if classification else None
            case = desk.decide(person, case_id, item_id, decision, chosen, remarks)
    except (NoSuchCase, NoSuchItem) as error:
        raise HTTPException(404, str(error)) from error
    except NotPossible as error:
        return case_page(request, server, session, case_id, item_id, status=409, refused=str(error), remarks=remarks)
    except NotAllowed as error:
        # Beyond what the route asks for, the desk asks for this alone.
        record_refusal(server.place, person, Permission.DECIDE_ESCALATED)
        return case_page(request, server, session, case_id, item_id, status=403, refused=str(error), remarks=remarks)
    return RedirectResponse(_next(server, person, case, item_id), status_code=303)


def case_page(
    request: Request,
    server: Running,
    session: Session,
    case_id: str,
    item_id: str = "",
    *,
    status: int = 200,
    refused: str = "",
    remarks: str = "",
    after: str = "",
) -> Response:
    """Return the page of a case, with what was refused if something was."""
    try:
        detail = server.cases.one(case_id)
    except NoSuchCase as error:
        raise HTTPException(404, str(error)) from error
    ids = [item.id for item in detail.items]
    if item_id and item_id not in ids:
        raise HTTPException(404, f"case {case_id} has no item {item_id}")
    undecided = [item.id for item in detail.items if item.verdict is None]
    here = ids.index(item_id or (undecided or ids)[0])
    start = max(0, min(here - WINDOW // 2, len(ids) - WINDOW))
    viewed = server.cases.viewed_by(case_id, session.person.id)
    events, more = history(server.place, session.person, case_id)
    return page(
        request,
        "case.html",
        session,
        status=status,
        case=detail,
        item=detail.items[here],
        listed=detail.items[start : start + WINDOW],
        before=ids[here - 1] if here else None,
        following=ids[here + 1] if here + 1 < len(ids) else None,
        undecided=len(undecided),
        viewed=detail.items[here].id in viewed,
        may_decide=may_decide(session.person, detail),
        may_view=purpose_of_look(session.person, detail) is not None,
        classes=[c.value for c in Classification],
        history=events,
        history_more=more,
        after=_after(server, after),
        refused=refused,
        remarks=remarks,
        units=units_of(server),
    )


def may_decide(person: Person, case: CaseDetail) -> bool:
    """Return whether the person may decide on this case as it stands."""
    wanted = Permission.DECIDE_ESCALATED if case.state is CaseState.ESCALATED else Permission.DECIDE
    return case.state.awaits_decision and {Permission.DECIDE, wanted} <= person.permissions


def purpose_of_look(person: Person, case: CaseDetail) -> Literal["review", "complaint"] | None:
    """Return for what the person may look at the items now. Without a decision to take there is no reason to."""
    if Permission.SEE_EVIDENCE not in person.permissions:
        return None
    if case.state.awaits_decision:
        return "review"
    contested = any(complaint.upheld is None for complaint in case.complaints)
    return "complaint" if contested and Permission.DECIDE_COMPLAINT in person.permissions else None


def _next(server: Running, person: Person, case: Case, item_id: str) -> str:
    senior = Permission.DECIDE_ESCALATED in person.permissions
    if case.state.awaits_decision and (senior or case.state is CaseState.OPEN):
        following = next_undecided(case, item_id)
        if following:
            return f"/cases/{case.id}?item={following.id}"
    states = [CaseState.ESCALATED, CaseState.OPEN] if senior else [CaseState.OPEN]
    for state in states:
        for row in server.cases.all(state, limit=2):
            if row.id != case.id:
                return f"/cases/{row.id}?after={case.id}"
    return f"/queue?after={case.id}"


def _after(server: Running, case_id: str) -> CaseDetail | None:
    try:
        return server.cases.one(case_id) if case_id else None
    except NoSuchCase:
        return None
