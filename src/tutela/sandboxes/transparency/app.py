"""Puts the stand-in of the database together as an ASGI app."""

from __future__ import annotations

import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tutela.sandboxes.clock import Clock, utc_now
from tutela.sandboxes.dropping import Drop
from tutela.sandboxes.faults import Faults, Kind
from tutela.sandboxes.stand_in import Refused, body_of, stand_in, struck_first
from tutela.sandboxes.transparency.ledger import Entry, Ledger
from tutela.sandboxes.transparency.page import page
from tutela.sandboxes.transparency.rules import errors_of

TOKEN = "sandbox"  # noqa: S105 - of the sandbox on this machine
MOST_BYTES = 256 * 1024


class _Invalid(Refused):
    def __init__(self, message: str, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(422, message)
        self.errors = errors


def create_app(*, token: str = TOKEN, clock: Clock = utc_now, faults: Faults | None = None) -> Starlette:
    """Return the stand-in."""
    ledger, orders = Ledger(), faults or Faults()

    async def statement(request: Request) -> Response:
        fault = orders.draw()
        if (struck := await struck_first(fault)) is not None:
            return struck
        try:
            answer: Response = JSONResponse(await _taken(request), 201)
        except Refused as error:
            ledger.refuse(clock(), error.status, str(error))
            body = {"message": str(error)} | ({"errors": error.errors} if isinstance(error, _Invalid) else {})
            answer = JSONResponse(body, error.status)
        return Drop() if fault is not None and fault.kind is Kind.DROP_AFTER else answer

    async def _taken(request: Request) -> dict[str, Any]:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode("utf-8"), f"Bearer {token}".encode()):
            raise Refused(401, "Unauthenticated.")
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise Refused(415, "Send Content-Type application/json.")
        body = await body_of(request, MOST_BYTES)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Refused(400, "The body is no JSON object.")
        if errors := errors_of(found, clock().date()):
            raise _Invalid("; ".join(sorted(errors)), errors)
        entry = Entry(str(uuid.uuid4()), found, clock())
        if not ledger.take(entry):
            why = "The identifier given is not unique within this platform."
            raise _Invalid(why, {"puid": [why]})
        return {**found, "uuid": entry.uuid}

    return stand_in([Route("/api/v1/statement", statement, methods=["POST"])], ledger, lambda: page(ledger), orders)
