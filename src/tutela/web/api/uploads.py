"""Reads an uploaded item into memory, and into memory alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from tutela.access.ports import ApiKey
from tutela.access.roles import Permission
from tutela.web.current import KeyAllowed, running

BEYOND = 1024 * 1024
"""How far above the limit an item may be and still be counted as over the limit, in bytes."""
_METADATA = 512 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """The parts of one request, and the key that sent it."""

    key: ApiKey
    data: bytes
    fields: dict[str, str]


class _InMemory(MultiPartParser):
    # An item that is not flagged must leave no trace, so it never goes to a temporary file in plain.
    spool_max_size = 2**62


async def upload(request: Request, key: Annotated[ApiKey, Depends(KeyAllowed(Permission.SUBMIT_ITEMS))]) -> Upload:
    """Return the parts of a multipart request. Raises 413 before more is read than any item may have, 422."""
    cap = running(request).place.settings.limits.max_bytes + BEYOND + _METADATA
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > cap:
        raise _too_large(cap)
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(422, "send multipart/form-data with the parts `file` and `item`")
    parser = _InMemory(request.headers, _counted(request, cap), max_files=1, max_fields=8, max_part_size=_METADATA)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        reason = error.message if isinstance(error, MultiPartException) else "the boundary is missing"
        raise HTTPException(422, f"the multipart body cannot be read: {reason}") from error
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise HTTPException(422, "the part `file` with the item's bytes and a filename is missing")
        fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        return Upload(key, await file.read(), fields)
    finally:
        await form.close()


async def _counted(request: Request, cap: int) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > cap:
            raise _too_large(cap)
        yield chunk


def _too_large(cap: int) -> HTTPException:
    return HTTPException(
        413, f"at most {cap:,} bytes are read: nothing was taken in or counted. Do not send this item again."
    )
