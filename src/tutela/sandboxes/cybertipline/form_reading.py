"""Reads forms, urlencoded or multipart."""

from pathlib import Path
from urllib.parse import parse_qs

from starlette.requests import Request

from tutela.sandboxes.cybertipline.bodies import content_type, read_body
from tutela.sandboxes.cybertipline.codes import Code, Refusal
from tutela.sandboxes.cybertipline.form import Form, repeated
from tutela.sandboxes.cybertipline.multipart import read_multipart

_MAX_FIELDS = 20
_MAX_BYTES = 64 * 1024


async def _read_urlencoded(request: Request) -> Form:
    body = await read_body(request, _MAX_BYTES)
    try:
        pairs = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise Refusal(Code.INVALID, f"Malformed form: {error}") from error
    for name, values in pairs.items():
        if len(values) > 1:
            raise repeated(name)
    return Form({name: values[0] for name, values in pairs.items()})


async def read_form(request: Request, file_limit: int = 0, folder: Path | None = None) -> Form:
    """Read a form whose file, if any, has at most ``file_limit`` bytes and is kept in ``folder`` if given.

    Raises Refusal 4000 for anything that is no form, and for a field or file given twice. A file over the
    limit is not refused here: see ``ReceivedFile.too_large``.
    """
    media_type, options = content_type(request)
    if media_type == "multipart/form-data":
        return await read_multipart(request, options.get("boundary"), file_limit, folder)
    if media_type == "application/x-www-form-urlencoded":
        return await _read_urlencoded(request)
    raise Refusal(Code.INVALID, "Send a form: Content-Type multipart/form-data or application/x-www-form-urlencoded")
