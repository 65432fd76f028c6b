"""What every stand-in of a plain service has beside that service: faults to order, what arrived, bounded bodies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tutela.sandboxes.arrivals import shown
from tutela.sandboxes.dropping import Drop
from tutela.sandboxes.faults import Fault, Faults, Kind, parse_fault

Endpoint = Callable[[Request], Awaitable[Response]]
_MOST_ORDER_BYTES = 64 * 1024


class Ledger(Protocol):
    """What arrived."""

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        ...


class Refused(Exception):
    """What was sent is refused with a status, for a reason that the sender reads."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


async def body_of(request: Request, most_bytes: int) -> bytes:
    """Return a body; raises Refused (413) for more bytes than it may have."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise Refused(413, f"the body has more than {most_bytes} bytes")
    return body


async def struck_first(fault: Fault | None) -> Response | None:
    """Return what a fault answers before the request has any effect, None where it has one; a slow one waits here."""
    if fault is None:
        return None
    if fault.kind is Kind.SLOW:
        await asyncio.sleep(fault.seconds)
    if fault.kind is Kind.DROP:
        return Drop()
    if fault.kind is Kind.REDIRECT:
        return Response(status_code=307, headers={"Location": "/elsewhere"})
    if fault.kind is Kind.STATUS:
        return JSONResponse({"error": "ordered", "message": "ordered"}, fault.status)
    return None


def stand_in(services: list[Route], ledger: Ledger, page: Callable[[], bytes], faults: Faults) -> Starlette:
    """Return the app of a stand-in: the routes of the service, and those of the sandbox under `/sandbox`."""

    async def show(_request: Request) -> Response:
        return shown(page())

    async def show_json(_request: Request) -> Response:
        return JSONResponse(ledger.as_dict())

    async def show_faults(_request: Request) -> Response:
        return JSONResponse({"faults": faults.pending()})

    async def order_faults(request: Request) -> Response:
        try:
            given = json.loads(await body_of(request, _MOST_ORDER_BYTES))
            ordered = [parse_fault(one) for one in (given if isinstance(given, list) else [given])]
        except (ValueError, RecursionError, Refused) as error:
            return JSONResponse({"error": str(error)}, 400)
        for fault in ordered:
            faults.order(fault)
        return await show_faults(request)

    async def clear_faults(request: Request) -> Response:
        faults.clear()
        return await show_faults(request)

    app = Starlette(
        routes=[
            *services,
            Route("/sandbox", show),
            Route("/sandbox/ledger.json", show_json),
            Route("/sandbox/faults", show_faults),
            Route("/sandbox/faults", order_faults, methods=["POST"]),
            Route("/sandbox/faults", clear_faults, methods=["DELETE"]),
        ]
    )
    app.state.ledger = ledger
    app.state.faults = faults
    return app
