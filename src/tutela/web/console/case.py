"""A case: what is known of it, and the decision on its items."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from tutela.access.ports import Session
from tutela.access.roles import NotAllowed, Permission, Person
from tutela.casework.case import Case, CaseState, Classification, NoSuchCase, NoSuchItem, NotPossible
from tutela.casework.policy import Policy
from tutela.casework.quality.eligibility import Untrained
from tutela.casework.review import Ground, LegalStatus, Sign, next_undecided
from tutela.events.catalogue.base import Verdict
from tutela.events.catalogue.review import SkipReason
from tutela.storage.casework.case_page import CasePages
from tutela.storage.casework.case_reader import CaseDetail
from tutela.storage.referral.foresight import Foresight
from tutela.web.console.history import history
from tutela.web.console.looking import Veiled, is_trained, may_decide, purpose_of_look, words_of
from tutela.web.console.pages import page, units_of
from tutela.web.console.queue import next_page
from tutela.web.console.resting import exposure_of
from tutela.web.console.told import told
from tutela.web.current import Allowed, Running, Server, record_refusal

router = APIRouter()
Decision = Literal["known", "new", "not", "escalate", "skip"]
RENEWED = 3
"""How often a claim is renewed before it would run out."""


@router.get("/cases/{case_id}")
def show(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.SEE_QUEUE))],
    case_id: str,
    item: Annotated[str, Query(max_length=36)] = "",
    queue: Annotated[str, Query(max_length=31)] = "",
    after: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """Show a case with one of its items in the middle; the picture stays veiled."""
    return case_page(request, server, session, case_id, item, queue=queue, after=after)


async def legality_fields(request: Request) -> list[tuple[str, str]]:
    """Return what the form says of jurisdictions: fields named `legality.SE`, where something was chosen."""
    form: FormData = await request.form()
    prefix = "legality."
    return [
        (name.removeprefix(prefix), value)
        for name, value in form.multi_items()
        if name.startswith(prefix) and isinstance(value, str) and value
    ]


@router.post("/cases/{case_id}/items/{item_id}/decide")
def decide(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.DECIDE))],
    legality: Annotated[list[tuple[str, str]], Depends(legality_fields)],
    case_id: str,
    item_id: str,
    decision: Annotated[Decision | None, Form()] = None,
    classification: Annotated[Classification | Literal[""], Form()] = "",
    ground: Annotated[Ground | Literal[""], Form()] = "",
    signs: Annotated[list[Sign] | None, Form()] = None,
    urgent: Annotated[bool, Form()] = False,
    opinion: Annotated[Verdict | Literal[""], Form()] = "",
    skip: Annotated[SkipReason | Literal[""], Form()] = "",
    remarks: Annotated[str, Form(max_length=20_000)] = "",
    queue: Annotated[str, Form(max_length=31)] = "",
) -> Response:
    """Record a decision, an escalation, a skip, or urgency alone, and go to what comes next."""
    person, desk = session.person, server.place.desk
    try:
        if urgent and decision not in ("known", "new"):
            # Before anything else, so that it stands whatever comes of the rest.
            desk.mark_urgent(person, case_id, remarks if decision is None else "")
        if decision is None:
            if not urgent:
                raise NotPossible("choose a decision first")
            return RedirectResponse(f"/cases/{case_id}?item={item_id}", status_code=303)
        if decision == "skip":
            if not skip:
                raise NotPossible("say why the case goes to others")
            server.place.claiming.skip(person, case_id, skip)
            return RedirectResponse(next_page(server, session, queue, case_id), status_code=303)
        if decision == "escalate":
            case = desk.escalate(person, case_id, item_id, opinion or None, remarks)
        else:
            case = desk.decide(
                person,
                case_id,
                item_id,
                decision,
                Classification(classification) if classification else None,
                remarks,
                ground=ground or None,
                signs=signs or (),
                urgent=urgent and decision != "not",
                legality=_statuses(legality),
            )
    except (NoSuchCase, NoSuchItem) as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return case_page(
            request, server, session, case_id, item_id, status=409, refused=told(error), remarks=remarks, queue=queue
        )
    except NotAllowed as error:
        # Beyond what the route asks for, the desk asks for these two alone.
        untrained = isinstance(error, Untrained)
        record_refusal(server.place, person, "untrained" if untrained else Permission.DECIDE_ESCALATED)
        return case_page(
            request, server, session, case_id, item_id, status=403, refused=told(error), remarks=remarks, queue=queue
        )
    return RedirectResponse(_next(server, session, case, item_id, queue), status_code=303)


def _statuses(fields: list[tuple[str, str]]) -> list[tuple[str, LegalStatus]]:
    found: list[tuple[str, LegalStatus]] = []
    for jurisdiction, status in fields:
        if status not in ("unlawful", "lawful", "unsure"):
            raise NotPossible("legality is unlawful, lawful or unsure")
        found.append((jurisdiction, status))  # type: ignore[arg-type]  # one of the three
    return found


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
    commented: str = "",
    queue: str = "",
    after: str = "",
) -> Response:
    """Return the page of a case, with what was refused if something was."""
    place, person = server.place, session.person
    try:
        found = CasePages(place.database).read(case_id, item_id, person.id, place.clock())
    except (NoSuchCase, NoSuchItem) as error:
        raise HTTPException(404, told(error)) from error
    detail = found.case
    policy: Policy = place.settings.policy
    may = may_decide(person, detail) and is_trained(server, person, detail)
    held = found.claim is not None and found.claim.person != person.id
    purpose = purpose_of_look(server, person, found)
    veiled = words_of(purpose) if isinstance(purpose, Veiled) else ""
    events, more = history(place, person, case_id)
    foresight = Foresight(place.database)
    reports = bool(policy.recipients)
    return page(
        request,
        "case.html",
        session,
        status=status,
        found=found,
        case=detail,
        item=found.item,
        claim=found.claim,
        ticket=secrets.token_urlsafe(12),
        renew_seconds=max(5, place.settings.desk.claim_minutes * 60 // RENEWED),
        idle_seconds=place.settings.desk.claim_minutes * 60,
        viewed=found.viewed,
        may_claim=may,
        may_decide=may and not held,
        may_view=not veiled,
        veiled=veiled,
        exposure=None if veiled else exposure_of(server, person),
        limits=place.settings.care,
        classes=[c.value for c in Classification] if policy.classes else [],
        jurisdictions=policy.jurisdictions,
        deciders=_deciders(server, person, detail),
        history=events,
        history_more=more,
        queue=queue,
        after=after,
        after_state=CasePages(place.database).state(after) if after else None,
        feedback=place.feedback.of_reports([r.id for r in detail.referrals]) if detail.referrals else {},
        lacks=foresight.lacks(case_id, person.id) if reports else None,
        lacks_after=(foresight.lacks(after) or ()) if reports and after else (),
        refused=refused,
        remarks=remarks,
        commented=commented,
        units=units_of(server),
    )


def _deciders(server: Running, person: Person, case: CaseDetail) -> list[Person]:
    if Permission.ASSIGN not in person.permissions or not case.state.awaits_decision:
        return []
    return [one for one in server.place.people.all() if may_decide(one, case)]


def _next(server: Running, session: Session, case: Case, item_id: str, queue: str) -> str:
    senior = Permission.DECIDE_ESCALATED in session.person.permissions
    if case.state.awaits_decision and (senior or case.state is CaseState.OPEN):
        following = next_undecided(case, item_id)
        if following:
            known = queue in server.place.settings.queues.ids
            return f"/cases/{case.id}?item={following.id}" + (f"&queue={queue}" if known else "")
    return next_page(server, session, queue, case.id, case.id)
