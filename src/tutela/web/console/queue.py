"""The queues: what waits, in which order, and who works on it. No pictures."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.casework.queues import Order
from tutela.storage.casework.queue_reader import QueueReader
from tutela.storage.lanes import Place
from tutela.web.console.pages import page, units_of
from tutela.web.console.resting import exposure_of
from tutela.web.current import Allowed, Running, Server
from tutela.web.translation import gettext

router = APIRouter()
PAGE = 50
FEW = 10
"""How many cases of each queue the page of all queues shows, where several hold cases."""


@router.get("/queue")
def show(
    request: Request,
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.SEE_QUEUE))],
    queue: Annotated[str, Query(max_length=31)] = "",
    order: Order | None = None,
    beyond: Annotated[str, Query(max_length=120)] = "",
    after: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """Show the beginning of every queue, or one page of one; `after` names the case that was just decided."""
    queues = server.place.settings.queues
    if queue and queue not in queues.ids:
        raise HTTPException(404, gettext("there is no queue “%(queue)s”") % {"queue": queue})
    reader, now = QueueReader(server.place.database, queues), server.place.clock()
    me = session.person.id
    if queue:
        tabs, pages = reader.tabs(person=me), {queue: reader.page(queue, order, PAGE, _place(beyond), now, me)}
    else:
        tabs, pages = reader.beginnings(order, PAGE, FEW, now, me)
    return page(
        request,
        "queue.html",
        session,
        tabs=tabs,
        pages=pages,
        queue=queue,
        order=order,
        orders={id_: order or queues.order(id_) for id_ in pages},
        next_place={id_: _written(found.after) for id_, found in pages.items()},
        beyond=beyond,
        after=after,
        exposure=exposure_of(server, session.person),
        limits=server.place.settings.care,
        units=units_of(server),
    )


@router.post("/queue/next")
def take_next(
    server: Server,
    session: Annotated[Session, Depends(Allowed(Permission.DECIDE))],
    queue: Annotated[str, Form(max_length=31)] = "",
    leaving: Annotated[str, Form(max_length=36)] = "",
) -> Response:
    """Claim the next case and go to it; the case that the person comes from goes back."""
    if leaving:
        server.place.claiming.leave(session.person, leaving)
    return RedirectResponse(next_page(server, session, queue, leaving), status_code=303)


def next_page(server: Running, session: Session, queue: str = "", but: str = "", after: str = "") -> str:
    """Return the path of the person's next case, which they hold from now on, or of the queue if there is none."""
    known = queue if queue in server.place.settings.queues.ids else ""
    following = server.place.claiming.next(session.person, known or None, but or None)
    told = [f"{name}={value}" for name, value in (("queue", known), ("after", after)) if value]
    path = f"/cases/{following}" if following else "/queue"
    return f"{path}?{'&'.join(told)}" if told else path


def _written(place: Place | None) -> str:
    return f"{place[0]},{place[1].isoformat()},{place[2]}" if place else ""


def _place(text: str) -> Place | None:
    if not text:
        return None
    try:
        rank, opened_at, case = text.split(",")
        at = datetime.fromisoformat(opened_at.replace(" ", "+"))
        if at.tzinfo is None:
            raise ValueError
        return int(rank), at, case
    except ValueError as error:
        raise HTTPException(422, gettext("that is no place in a queue")) from error
