"""What waits for a person about entries: own ones to verify, suspended ones to judge, clusters to look at."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.storage.entries.entry_reader import EntryReader, TaskKind
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Server

router = APIRouter()
SHOWN = 50
KINDS: tuple[TaskKind, ...] = ("cluster", "suspension", "verification")


@router.get("/tasks")
def show(
    request: Request, server: Server, session: Annotated[Session, Depends(Allowed(Permission.SEE_LISTS))]
) -> Response:
    """List what waits longest, of each kind."""
    reader = EntryReader(server.place.database)
    tasks = [(kind, reader.tasks(kind, SHOWN)) for kind in KINDS]
    return page(request, "tasks.html", session, tasks=tasks, shown=SHOWN)
