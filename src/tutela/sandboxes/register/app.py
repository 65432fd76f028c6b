"""Puts the stand-in of a register together as an ASGI app."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import tempfile
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import BinaryIO

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tutela.sandboxes.dropping import Drop
from tutela.sandboxes.platform.faults import Fault, Faults, Kind, parse_fault
from tutela.sandboxes.register.decryption import SECRET
from tutela.sandboxes.register.judging import Judge, Wrong
from tutela.sandboxes.register.ledger import Closed, Entry, Ledger, Taken
from tutela.sandboxes.register.page import page
from tutela.sandboxes.register.receipts import receipt

TOKEN = "sandbox"  # noqa: S105 - of the sandbox on this machine
RECIPIENT = "age1mscsgc5kcjpge5aa4vhywr5pdtmpkwaywrfuvqzp38lpypaemdnq2pszzl"
MOST_BYTES = 8 * 1024**3
_MEDIA_TYPE = "application/vnd.tutela.package"
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}")
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
    *, token: str = TOKEN, clock: Clock = utc_now, faults: Faults | None = None, signers: Collection[str] = ()
) -> Starlette:
    """Return the stand-in. `signers` are public keys (base64) that may sign; any may where none is named."""
    ledger, orders = Ledger(), faults or Faults()
    judge = Judge(SECRET, RECIPIENT, signers)

    async def packages(request: Request) -> Response:
        fault = orders.draw()
        if fault is not None and fault.kind in (Kind.STATUS, Kind.DROP, Kind.REDIRECT):
            return _failing(fault)
        if fault is not None and fault.kind is Kind.SLOW:
            await asyncio.sleep(fault.seconds)
        try:
            answer = await _answer(request)
        except _Refused as error:
            answer = _refuse(error.status, str(error))
        return Drop() if fault is not None and fault.kind is Kind.DROP_AFTER else answer

    async def _answer(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode("utf-8"), f"Bearer {token}".encode()):
            raise _Refused(401, "say who you are: Authorization: Bearer TOKEN")
        package = request.path_params["package"]
        if not _ID.fullmatch(package):
            raise _Refused(404, "an id has 1 to 64 letters, digits and dashes")
        if request.method == "PUT":
            return await _put(request, package)
        if request.method == "DELETE":
            taken = ledger.close(package, clock())
            return Response(status_code=204) if taken is None else _json(taken, 409)
        found = ledger.receipt(package)
        if found is None:
            raise _Refused(404, "no such package")
        return _json(found, 200)

    async def _put(request: Request, package: str) -> Response:
        if request.headers.get("content-type") != _MEDIA_TYPE:
            raise _Refused(415, f"send Content-Type {_MEDIA_TYPE}")
        with tempfile.TemporaryFile() as body:
            sha256, size = await _received(request, body)
            try:
                before = ledger.known(package, sha256)
                if before is not None:
                    return _json(before, 200)
                body.seek(0)
                judged = await run_in_threadpool(judge.judge, package, body)
                now = clock()
                word = receipt(SECRET, judged.manifest, sha256, size, now)
                ledger.take(Entry(package, judged.manifest, sha256, word, now))
            except Wrong as error:
                raise _Refused(422, str(error)) from error
            except Taken as error:
                raise _Refused(409, str(error)) from error
            except Closed as error:
                raise _Refused(410, str(error)) from error
        return _json(word, 201)

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
            Route("/packages/{package}", packages, methods=["PUT", "GET", "DELETE"]),
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


async def _received(request: Request, body: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise _Refused(413, f"a package has at most {MOST_BYTES} bytes")
        digest.update(chunk)
        body.write(chunk)
    return digest.hexdigest(), size


def _json(data: bytes, status: int) -> Response:
    return Response(data, status, media_type="application/json")


def _failing(fault: Fault) -> Response:
    if fault.kind is Kind.DROP:
        return Drop()
    if fault.kind is Kind.REDIRECT:
        return Response(status_code=307, headers={"Location": "/elsewhere"})
    return JSONResponse({"error": "ordered"}, fault.status)
