"""Puts the stand-in of a platform together as an ASGI app."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tutela.sandboxes.clock import Clock, utc_now
from tutela.sandboxes.dropping import Drop
from tutela.sandboxes.faults import Faults, Kind
from tutela.sandboxes.platform.ledger import Ledger, Malformed
from tutela.sandboxes.platform.page import page
from tutela.sandboxes.platform.signature import Unsigned, secret_bytes, verify
from tutela.sandboxes.stand_in import Refused, body_of, stand_in, struck_first

SECRET = "whsec_dHV0ZWxhLXNhbmRib3gtcGxhdGZvcm0tc2VjcmV0"  # noqa: S105 - of the sandbox on this machine
MOST_BYTES = 256 * 1024


def create_app(
    *, secrets: Sequence[str] = (SECRET,), clock: Clock = utc_now, faults: Faults | None = None
) -> Starlette:
    """Return the stand-in. `secrets` (`whsec_...`) are those that it accepts; raises ValueError for a bad one."""
    keys = [secret_bytes(secret) for secret in secrets]
    ledger, orders = Ledger(), faults or Faults()

    async def hooks(request: Request) -> Response:
        now, fault = clock(), orders.draw()
        if (struck := await struck_first(fault)) is not None:
            return struck
        try:
            body = await body_of(request, MOST_BYTES)
            if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
                raise Refused(415, "send Content-Type application/json")
            new = ledger.receive(verify(keys, request.headers, body, now), body, now)
        except Refused as error:
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

    return stand_in([Route("/hooks", hooks, methods=["POST"])], ledger, lambda: page(ledger), orders)


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 65536
        await asyncio.sleep(0.01)
