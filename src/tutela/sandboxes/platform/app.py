"""Puts the stand-in of a platform together as an ASGI app."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tutela.sandboxes.dropping import Drop
from tutela.sandboxes.platform.faults import Fault, Faults, Kind, parse_fault
from tutela.sandboxes.platform.ledger import Ledger, Malformed
from tutela.sandboxes.platform.page import page
from tutela.sandboxes.platform.signature import Unsigned, secret_bytes, verify

SECRET = "whsec_dHV0ZWxhLXNhbmRib3gtcGxhdGZvcm0tc2VjcmV0"  # noqa: S105 - of the sandbox on this machine
MOST_BYTES = 256 * 1024
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


class _Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def create_app(
    *, secrets: Sequence[str] = (SECRET,), clock: Clock = utc_now, faults: Faults | None = None
) -> Starlette:
    """Return the stand-in. `secrets` (`whsec_...`) are those that it accepts; raises ValueError for a bad one."""
    keys = [secret_bytes(secret) for secret in secrets]
    ledger, orders = Ledger(), faults or Faults()

    async def hooks(request: Request) -> Response:
        now, fault = clock(), orders.draw()
        if fault is not None and fault.kind not in (Kind.DROP_AFTER, Kind.ENDLESS, Kind.SLOW):
            return _failing(fault)
        if fault is not None and fault.kind is Kind.SLOW:
            await asyncio.sleep(fault.seconds)
        try:
            body = await _body(request)
            if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
                raise _Refused(415, "send Content-Type application/json")
            new = ledger.receive(verify(keys, request.headers, body, now), body, now)
        except _Refused as error:
            return _refuse(error.status, str(error))
        except Unsigned as error:
            return _refuse(401, str(error))
        except Malformed as error:
            return _refuse(400, str(error))
        if fault is not None and fault.kind is Kind.DROP_AFTER:
            return Drop()
        if fault is not None and fault.kind is Kind.ENDLESS:
            return StreamingResponse(_endless())
        return JSONResponse({"received": "first" if new else "again"})

    def _refuse(status: int, reason: str) -> Response:
        ledger.refuse(clock(), status, reason)
        return JSONResponse({"error": reason}, status)

    async def show(_request: Request) -> Response:
        return Response(page(ledger), headers=_PAGE_HEADERS, media_type="text/html; charset=utf-8")

    async def show_json(_request: Request) -> Response:
        return JSONResponse(ledger.as_dict())

    async def show_faults(_request: Request) -> Response:
        return JSONResponse({"faults": orders.pending()})

    async def order_faults(request: Request) -> Response:
        try:
            given = json.loads(await _body(request))
            for fault in [parse_fault(one) for one in (given if isinstance(given, list) else [given])]:
                orders.order(fault)
        except (ValueError, RecursionError, _Refused) as error:
            return JSONResponse({"error": str(error)}, 400)
        return await show_faults(request)

    async def clear_faults(request: Request) -> Response:
        orders.clear()
        return await show_faults(request)

    app = Starlette(
        routes=[
            Route("/hooks", hooks, methods=["POST"]),
            Route("/sandbox", show),
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
    return JSONResponse({"error": "ordered"}, fault.status)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise _Refused(413, f"the body has more than {MOST_BYTES} bytes")
    return body


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 65536
        await asyncio.sleep(0.01)
