"""Reads the answers of the service. They are not trusted: no DTD, no entities, and never more than a limit."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from tutela.referral.cybertipline.codes import Code
from tutela.referral.cybertipline.errors import BY_CODE, CyberTiplineError, UnclearAnswer, UnknownCode, WrongAnswer

MOST_ANSWER = 1_000_000
"""Bytes of an answer; one that names thousands of files is far below."""
MOST_SCHEMA = 8_000_000
"""Bytes of the schema; it has about 100,000."""
_LONGEST_DESCRIPTION = 2000


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came. `request_id` is the service's own reference of the call."""

    call: str
    status: int
    request_id: str | None
    body: bytes

    @property
    def success(self) -> bool:
        """Whether HTTP says success."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Status:
    """The service is there and knows us."""

    description: str
    request_id: str | None


@dataclass(frozen=True, slots=True)
class SchemaDocument:
    """The schema that the service validates with."""

    document: bytes = field(repr=False)
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A report is open: it is neither whole nor filed yet."""

    report_id: int
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file arrived whole. `md5` is lower-case hexadecimal, the same that was computed while it was sent."""

    file_id: str
    md5: str
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """The service did as it was asked."""

    request_id: str | None


@dataclass(frozen=True, slots=True)
class Finished:
    """The report is filed, with these files."""

    report_id: int
    file_ids: tuple[str, ...]
    request_id: str | None


@dataclass(frozen=True, slots=True)
class ReportResponse:
    """The answer to all but finishing, as the schema has it."""

    response_code: int
    response_description: str
    report_id: int | None
    file_id: str | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class ReportDoneResponse:
    """The answer to finishing, as the schema has it."""

    response_code: int
    report_id: int
    files: tuple[str, ...]


def read_response(reply: Reply) -> ReportResponse:
    """Return a reportResponse of success; raises the error that the answer is, or UnclearAnswer."""
    root = _successful(reply, "reportResponse")
    return ReportResponse(
        response_code=Code.OK,
        response_description=root.findtext("{*}responseDescription") or "",
        report_id=_number(reply, root),
        file_id=_token(root.findtext("{*}fileId")),
        hash=_token(root.findtext("{*}hash")),
    )


def read_done_response(reply: Reply) -> ReportDoneResponse:
    """Return a reportDoneResponse of success; raises the error that the answer is, or UnclearAnswer."""
    root = _successful(reply, "reportDoneResponse")
    report_id = _number(reply, root)
    if report_id is None:
        raise wrong(reply, "it names no report")
    files = (_token(element.text) for element in root.iterfind("{*}files/{*}fileId"))
    return ReportDoneResponse(Code.OK, report_id, tuple(file for file in files if file))


def read_schema(reply: Reply) -> SchemaDocument:
    """Return the schema, which must be XML; raises the error that the answer is, or UnclearAnswer."""
    root = _root(reply)
    if not reply.success or _local(root) != "schema":
        _fail(reply, root)
    return SchemaDocument(reply.body, reply.request_id)


def wrong(reply: Reply, what: str, kind: type[WrongAnswer] = WrongAnswer) -> WrongAnswer:
    """Return the error of an answer that says success and cannot be right."""
    return kind(f"the answer to {reply.call} is wrong: {what}", status=reply.status, request_id=reply.request_id)


def _successful(reply: Reply, name: str) -> etree._Element:
    root = _root(reply)
    if reply.success and _local(root) == name and _code(root) == Code.OK:
        return root
    return _fail(reply, root)


def _root(reply: Reply) -> etree._Element:
    if reply.status == 401:
        raise BY_CODE[Code.NOT_AUTHENTICATED](
            "user or password refused: check the configuration",
            code=Code.NOT_AUTHENTICATED,
            status=reply.status,
            request_id=reply.request_id,
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(reply.body, parser)
    except etree.XMLSyntaxError as error:
        raise _unclear(reply) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _unclear(reply)
    return root


def _fail(reply: Reply, root: etree._Element) -> etree._Element:
    number = _code(root)
    if number is None or _local(root) not in ("reportResponse", "reportDoneResponse"):
        raise _unclear(reply)
    description = (root.findtext("{*}responseDescription") or "")[:_LONGEST_DESCRIPTION]
    kind: type[CyberTiplineError] = UnknownCode
    if number in BY_CODE:
        kind = BY_CODE[Code(number)]
    elif number == Code.OK and reply.success:
        raise _unclear(reply)
    raise kind(
        f"{reply.call} answered {number} {description}".rstrip(),
        code=number,
        status=reply.status,
        request_id=reply.request_id,
    )


def _unclear(reply: Reply) -> UnclearAnswer:
    return UnclearAnswer(
        f"{reply.call} answered HTTP {reply.status} without a readable response",
        status=reply.status,
        request_id=reply.request_id,
    )


def _local(root: etree._Element) -> str:
    return etree.QName(root).localname


def _code(root: etree._Element) -> int | None:
    return _whole(root.findtext("{*}responseCode"))


def _number(reply: Reply, root: etree._Element) -> int | None:
    text = root.findtext("{*}reportId")
    number = _whole(text)
    if text is not None and (number is None or not 1 <= number < 2**63):
        raise wrong(reply, "its reportId is no number of a report")
    return number


def _whole(text: str | None) -> int | None:
    stripped = (text or "").strip()
    return int(stripped) if len(stripped) <= 19 and stripped.isascii() and stripped.isdigit() else None


def _token(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None
