"""Actions by hand: the forms on the page of a case."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.casework.actions import OrderReason, ReversalReason
from tutela.casework.case import NoSuchCase, NoSuchItem, NotPossible
from tutela.web.console.case import case_page
from tutela.web.console.told import told
from tutela.web.current import Allowed, Server
from tutela.web.translation import gettext

router = APIRouter()
Senior = Annotated[Session, Depends(Allowed(Permission.DECIDE_ESCALATED))]


@router.post("/cases/{case_id}/actions")
def order(
    request: Request,
    server: Server,
    session: Senior,
    case_id: str,
    kind: Annotated[Literal["remove_content", "suspend_account", "warn_account"], Form()],
    reason: Annotated[OrderReason, Form()],
    item: Annotated[str, Form(max_length=36)] = "",
) -> Response:
    """Order an action; the item counts for a removal alone."""
    try:
        server.place.actions.order(
            session.person, case_id, kind, item or None if kind == "remove_content" else None, reason
        )
    except (NoSuchCase, NoSuchItem) as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return case_page(request, server, session, case_id, item, status=409, refused=told(error))
    return RedirectResponse(f"/cases/{case_id}", status_code=303)


@router.post("/cases/{case_id}/actions/{action_id}/reverse")
def reverse(
    request: Request,
    server: Server,
    session: Senior,
    case_id: str,
    action_id: str,
    reason: Annotated[ReversalReason, Form()],
) -> Response:
    """Have an action of the case undone."""
    try:
        if server.cases.action(action_id).case_id != case_id:
            raise LookupError(
                gettext("case %(case)s has no action %(action)s") % {"case": case_id, "action": action_id}
            )
        server.place.actions.reverse(session.person, action_id, reason)
    except LookupError as error:
        raise HTTPException(404, told(error)) from error
    except NotPossible as error:
        return case_page(request, server, session, case_id, status=409, refused=told(error))
    return RedirectResponse(f"/cases/{case_id}", status_code=303)
