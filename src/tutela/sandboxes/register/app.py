"""Puts the stand-in of a register together as an ASGI app."""

from __future__ import annotations

import hashlib
import hmac
import re
import tempfile
from collections.abc import Collection
from typing import BinaryIO

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tutela.sandboxes.clock import Clock, utc_now
from tutela.sandboxes.dropping import Drop
from tutela.sandboxes.faults import Faults, Kind
from tutela.sandboxes.register.decryption import SECRET
from tutela.sandboxes.register.judging import Judge, Wrong
from tutela.sandboxes.register.ledger import Closed, Entry, Ledger, Taken
from tutela.sandboxes.register.page import page
from tutela.sandboxes.register.receipts import receipt
from tutela.sandboxes.stand_in import Refused, stand_in, struck_first

TOKEN = "sandbox"  # noqa: S105 - of the sandbox on this machine
RECIPIENT = "age1mscsgc5kcjpge5aa4vhywr5pdtmpkwaywrfuvqzp38lpypaemdnq2pszzl"
MOST_BYTES = 8 * 1024**3
_MEDIA_TYPE = "application/vnd.tutela.package"
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}")


def create_app(
    *, token: str = TOKEN, clock: Clock = utc_now, faults: Faults | None = None, signers: Collection[str] = ()
) -> Starlette:
    """Return the stand-in. `signers` are public keys (base64) that may sign; any may where none is named."""
    ledger, orders = Ledger(), faults or Faults()
    judge = Judge(SECRET, RECIPIENT, signers)

    async def packages(request: Request) -> Response:
        fault = orders.draw()
        if (struck := await struck_first(fault)) is not None:
            return struck
        try:
            answer = await _answer(request)
        except Refused as error:
            answer = _refuse(error.status, str(error))
        return Drop() if fault is not None and fault.kind is Kind.DROP_AFTER else answer

    async def _answer(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode("utf-8"), f"Bearer {token}".encode()):
            raise Refused(401, "say who you are: Authorization: Bearer TOKEN")
        package = request.path_params["package"]
        if not _ID.fullmatch(package):
            raise Refused(404, "an id has 1 to 64 letters, digits and dashes")
        if request.method == "PUT":
            return await _put(request, package)
        if request.method == "DELETE":
            taken = ledger.close(package, clock())
            return Response(status_code=204) if taken is None else _json(taken, 409)
        found = ledger.receipt(package)
        if found is None:
            raise Refused(404, "no such package")
        return _json(found, 200)

    async def _put(request: Request, package: str) -> Response:
        if request.headers.get("content-type") != _MEDIA_TYPE:
            raise Refused(415, f"send Content-Type {_MEDIA_TYPE}")
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
                raise Refused(422, str(error)) from error
            except Taken as error:
                raise Refused(409, str(error)) from error
            except Closed as error:
                raise Refused(410, str(error)) from error
        return _json(word, 201)

    def _refuse(status: int, reason: str) -> Response:
        ledger.refuse(clock(), status, reason)
        return JSONResponse({"error": reason}, status)

    service = Route("/packages/{package}", packages, methods=["PUT", "GET", "DELETE"])
    return stand_in([service], ledger, lambda: page(ledger), orders)


async def _received(request: Request, body: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise Refused(413, f"a package has at most {MOST_BYTES} bytes")
        digest.update(chunk)
        body.write(chunk)
    return digest.hexdigest(), size


def _json(data: bytes, status: int) -> Response:
    return Response(data, status, media_type="application/json")
