"""The queue: escalated cases first, then those that wait longest. No pictures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.casework.case import CaseState
from tutela.web.console.pages import page, units_of
from tutela.web.current import Allowed, Server

router = APIRouter()
PAGE = 50


@router.get("/queue")
def show(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.SEE_QUEUE))],
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    after: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """Show one page of the queue; `after` names the case that was just decided."""
    counts = server.cases.counts()
    waiting = counts[CaseState.OPEN] + counts[CaseState.ESCALATED]
    return page(
        request,
        "queue.html",
        session,
        rows=server.cases.awaiting(PAGE, (number - 1) * PAGE),
        counts=counts,
        waiting=waiting,
        number=number,
        pages=max(1, -(-waiting // PAGE)),
        first=(number - 1) * PAGE + 1,
        after=after,
        units=units_of(server),
    )
