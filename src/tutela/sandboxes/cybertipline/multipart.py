"""Reads multipart forms piece by piece, without ever holding a file in memory."""

from contextlib import ExitStack
from pathlib import Path

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from tutela.sandboxes.cybertipline.codes import Code, Refusal
from tutela.sandboxes.cybertipline.form import FILE_FIELD, Form, ReceivedFile, repeated

_MAX_PARTS = 20
_MAX_FIELD_BYTES = 64 * 1024


class _Collector:
    """Takes the callbacks of the multipart parser and fills a form."""

    def __init__(self, form: Form, limit: int, folder: Path | None) -> None:
        self.ended = False
        self._form = form
        self._limit = limit
        self._folder = folder
        self._parts = 0
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._disposition = b""
        self._field: tuple[str, bytearray] | None = None
        self._file: ReceivedFile | None = None

    def parser(self, boundary: str) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_end": self._on_end,
            },
        )

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > _MAX_PARTS:
            raise Refusal(Code.INVALID, f"The form has more than {_MAX_PARTS} parts")
        self._disposition = b""
        self._field = None
        self._file = None

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise Refusal(Code.INVALID, "Each part of the form needs a Content-Disposition with a name")
        name = options[b"name"].decode("utf-8", "replace")
        if name == FILE_FIELD:
            if self._form.file is not None:
                raise Refusal(Code.INVALID, "The form has more than one file; upload them one by one")
            file_name = options.get(b"filename")
            decoded = None if file_name is None else file_name.decode("utf-8", "replace")
            self._file = self._form.file = ReceivedFile(decoded, self._limit, self._folder)
        elif name in self._form.fields:
            raise repeated(name)
        else:
            self._field = (name, bytearray())

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
        elif self._field is not None:
            self._field[1].extend(data[start:end])
            if len(self._field[1]) > _MAX_FIELD_BYTES:
                raise Refusal(Code.INVALID, f"A field has more than {_MAX_FIELD_BYTES} bytes")

    def _on_part_end(self) -> None:
        if self._field is not None:
            name, value = self._field
            self._form.fields[name] = value.decode("utf-8", "replace")

    def _on_end(self) -> None:
        self.ended = True


async def _feed(request: Request, parser: MultipartParser) -> Refusal | None:
    refusal: Refusal | None = None
    async for chunk in request.stream():
        # After a refusal the rest is read and dropped: see drop_body.
        if refusal is None:
            try:
                parser.write(chunk)
            except Refusal as found:
                refusal = found
            except FormParserError as error:
                refusal = Refusal(Code.INVALID, f"Malformed multipart body: {error}")
    return refusal


async def read_multipart(request: Request, boundary: str | None, limit: int, folder: Path | None) -> Form:
    """Read a multipart form; see ``read_form``. Raises Refusal 4000 for a body that is no such form."""
    if not boundary:
        raise Refusal(Code.INVALID, "The multipart Content-Type needs a boundary")
    with ExitStack() as unless_complete:
        form = unless_complete.enter_context(Form())
        collector = _Collector(form, limit, folder)
        try:
            parser = collector.parser(boundary)
        except FormParserError as error:
            raise Refusal(Code.INVALID, f"Malformed multipart boundary: {error}") from error
        refusal = await _feed(request, parser)
        if refusal is not None:
            raise refusal
        if not collector.ended:
            raise Refusal(Code.INVALID, "The multipart body ends before its last boundary")
        unless_complete.pop_all()
        return form
