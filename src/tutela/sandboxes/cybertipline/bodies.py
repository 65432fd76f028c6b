"""Reads request bodies of bounded size."""

from contextlib import suppress

from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from tutela.sandboxes.cybertipline.codes import Code, Refusal


def content_type(request: Request) -> tuple[str, dict[str, str]]:
    """Return the media type, in lower case, and its parameters; an empty type where the header is absent."""
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    decoded = {key.decode("latin-1"): value.decode("latin-1") for key, value in options.items()}
    return media_type.decode("latin-1").lower(), decoded


async def drop_body(request: Request) -> None:
    """Read the body and forget it.

    A client that listens only after it has sent everything would otherwise see a broken connection in
    place of an early answer. One that goes away meanwhile is no error.
    """
    with suppress(ClientDisconnect):
        async for _ in request.stream():
            pass


async def read_body(request: Request, limit: int) -> bytes:
    """Return the whole body.

    Raises Refusal 4000 for more than ``limit`` bytes, after all was read: see ``drop_body``.
    """
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            body += chunk
    if size > limit:
        raise Refusal(Code.INVALID, f"The body has {size} bytes; at most {limit} are allowed", status=413)
    return bytes(body)
