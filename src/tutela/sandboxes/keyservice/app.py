"""The HTTP side: tokens, paths, fields, refusals."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tutela.sandboxes.keyservice.transit import Refused, TransitKey

_FIELDS: dict[str, dict[str, type]] = {
    "encrypt": {"plaintext": str, "associated_data": str},
    "decrypt": {"ciphertext": str, "associated_data": str},
    "rewrap": {"ciphertext": str, "associated_data": str},
    "rotate": {},
    "config": {"min_decryption_version": int, "min_encryption_version": int},
    "trim": {"min_available_version": int},
}


def create_app(*, token: str, key: str = "tutela", denied: Collection[str] = ()) -> Starlette:
    """Return the service with one key. The token's policy denies the operations that are named."""
    found = TransitKey(key)
    lock = threading.Lock()

    async def serve(request: Request) -> Response:
        operation = str(request.path_params.get("operation", "read"))
        try:
            if request.headers.get("X-Vault-Token") != token or operation in denied:
                raise Refused(403, "permission denied")
            if request.path_params["name"] != key:
                raise Refused(400, "encryption key not found")
            fields = _fields(operation, await request.body()) if request.method == "POST" else {}
            with lock:
                data = _done(found, operation, fields)
        except Refused as refused:
            return JSONResponse({"errors": [refused.error]}, refused.status)
        return Response(status_code=204) if data is None else JSONResponse({"data": data})

    app = Starlette(
        routes=[
            Route("/v1/transit/keys/{name}", serve, methods=["GET"]),
            Route("/v1/transit/keys/{name}/{operation:str}", serve, methods=["POST"]),
            Route("/v1/transit/{operation:str}/{name}", serve, methods=["POST"]),
        ]
    )
    app.state.key = found
    return app


def _fields(operation: str, body: bytes) -> dict[str, Any]:
    if operation not in _FIELDS:
        raise Refused(404, "unsupported path")
    try:
        fields = json.loads(body or b"{}")
    except ValueError:
        raise Refused(400, "failed to parse JSON input") from None
    wanted = _FIELDS[operation]
    if not isinstance(fields, dict) or set(fields) - set(wanted):
        raise Refused(400, f"fields of {operation} are {', '.join(wanted) or 'none'}")
    for name, kind in wanted.items():
        if not isinstance(fields.get(name), kind):
            raise Refused(400, f"missing or wrong field {name}")
    return fields


def _done(key: TransitKey, operation: str, fields: dict[str, Any]) -> dict[str, Any] | None:
    match operation:
        case "read":
            return key.told()
        case "encrypt":
            return {"ciphertext": key.encrypt(fields["plaintext"], fields["associated_data"])}
        case "decrypt":
            return {"plaintext": key.decrypt(fields["ciphertext"], fields["associated_data"])}
        case "rewrap":
            opened = key.decrypt(fields["ciphertext"], fields["associated_data"])
            return {"ciphertext": key.encrypt(opened, fields["associated_data"])}
        case "rotate":
            key.rotate()
            return key.told()
        case "config":
            key.configure(fields)
            return key.told()
        case _:
            key.trim(fields["min_available_version"])
            return None
