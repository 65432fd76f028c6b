"""Puts the stand-in of the database together as an ASGI app."""

from __future__ import annotations

import asyncio
import hmac
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tutela.sandboxes.dropping import Drop
from tutela.sandboxes.platform.faults import Fault, Faults, Kind, parse_fault
from tutela.sandboxes.transparency.ledger import Entry, Ledger
from tutela.sandboxes.transparency.rules import errors_of

TOKEN = "sandbox"  # noqa: S105 - of the sandbox on this machine
MOST_BYTES = 256 * 1024
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


class _Refused(Exception):
    def __init__(self, status: int, message: str, errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.errors = errors


def create_app(*, token: str = TOKEN, clock: Clock = utc_now, faults: Faults | None = None) -> Starlette:
    """Return the stand-in."""
    ledger, orders = Ledger(), faults or Faults()

    async def statement(request: Request) -> Response:
        fault = orders.draw()
        if fault is not None and fault.kind in (Kind.STATUS, Kind.DROP, Kind.REDIRECT):
            return _failing(fault)
        if fault is not None and fault.kind is Kind.SLOW:
            await asyncio.sleep(fault.seconds)
        try:
            answer: Response = JSONResponse(await _taken(request), 201)
        except _Refused as error:
            ledger.refuse(clock(), error.status, str(error))
            body = {"message": str(error)} | ({"errors": error.errors} if error.errors else {})
            answer = JSONResponse(body, error.status)
        return Drop() if fault is not None and fault.kind is Kind.DROP_AFTER else answer

    async def _taken(request: Request) -> dict[str, Any]:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode("utf-8"), f"Bearer {token}".encode()):
            raise _Refused(401, "Unauthenticated.")
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise _Refused(415, "Send Content-Type application/json.")
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise _Refused(413, "The statement is too long.")
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise _Refused(400, "The body is no JSON object.")
        if errors := errors_of(found, clock().date()):
            raise _Refused(422, "; ".join(sorted(errors)), errors)
        entry = Entry(str(uuid.uuid4()), found, clock())
        if not ledger.take(entry):
            why = "The identifier given is not unique within this platform."
            raise _Refused(422, why, {"puid": [why]})
        return {**found, "uuid": entry.uuid}

    async def show_json(_request: Request) -> Response:
        return JSONResponse(ledger.as_dict())

    async def show_faults(_request: Request) -> Response:
        return JSONResponse({"faults": orders.pending()})

    async def order_faults(request: Request) -> Response:
        try:
            given = json.loads((await request.body())[:65536])
            for fault in [parse_fault(one) for one in (given if isinstance(given, list) else [given])]:
                orders.order(fault)
        except (ValueError, RecursionError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return await show_faults(request)

    async def clear_faults(request: Request) -> Response:
        orders.clear()
        return await show_faults(request)

    app = Starlette(
        routes=[
            Route("/api/v1/statement", statement, methods=["POST"]),
            Route("/sandbox", show_json),
            Route("/sandbox/ledger.json", show_json),
            Route("/sandbox/faults", show_faults),
            Route("/sandbox/faults", order_faults, methods=["POST"]),
            Route("/sandbox/faults", clear_faults, methods=["DELETE"]),
        ]
    )
    app.state.ledger = ledger
    app.state.faults = orders
    return app


def _failing(fault: Fault) -> Response:
    if fault.kind is Kind.DROP:
        return Drop()
    if fault.kind is Kind.REDIRECT:
        return Response(status_code=307, headers={"Location": "/elsewhere"})
    return JSONResponse({"message": "ordered"}, fault.status)
