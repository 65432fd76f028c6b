"""The calls of the service: what each sends, and how its answer is read. Both clients carry these out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import urlencode

from tutela.referral.cybertipline.answers import (
    MOST_ANSWER,
    MOST_SCHEMA,
    Done,
    Finished,
    Opened,
    Reply,
    SchemaDocument,
    Status,
    Uploaded,
    read_done_response,
    read_response,
    read_schema,
    wrong,
)
from tutela.referral.cybertipline.errors import WrongDigest, WrongReceipt
from tutela.referral.cybertipline.schema import FileDetails, Report
from tutela.referral.cybertipline.uploads import FileUpload, Source
from tutela.referral.cybertipline.writing import to_xml

_T = TypeVar("_T")
_XML = {"Content-Type": "text/xml; charset=utf-8"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Call(Generic[_T]):
    """One call. `read` returns its result, or raises a CyberTiplineError; `limit` is the longest answer in bytes."""

    method: str
    path: str
    read: Callable[[Reply], _T]
    body: bytes | FileUpload = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    limit: int = MOST_ANSWER

    def release(self) -> None:
        """Let go of what was sent: requests and answers of httpx hold each other until they are collected."""
        if isinstance(self.body, FileUpload):
            self.body.release()


def status() -> Call[Status]:
    """Ask whether the service is there and knows us."""
    return Call("GET", "status", lambda r: Status(read_response(r).response_description, r.request_id))


def xsd() -> Call[SchemaDocument]:
    """Fetch the schema that the service validates with."""
    return Call("GET", "xsd", read_schema, limit=MOST_SCHEMA)


def submit(report: Report, now: datetime) -> Call[Opened]:
    """Open a report. Raises ValueError if its incident does not lie in the past."""
    if report.incident_summary.incident_date_time >= now:
        raise ValueError("incident_date_time must lie in the past")
    return Call("POST", "submit", _opened, to_xml(report), _XML)


def upload(report_id: int, source: Source, name: str | None) -> Call[Uploaded]:
    """Send a file. Raises OSError for a path that cannot be read, ValueError for a file without a byte."""
    body = FileUpload(report_id, source, name)
    headers = {"Content-Type": body.content_type}
    if body.length is not None:
        headers["Content-Length"] = str(body.length)
    return Call("POST", "upload", lambda reply: _uploaded(reply, report_id, body.md5), body, headers)


def file_info(details: FileDetails) -> Call[Done]:
    """Describe an uploaded file."""
    return Call("POST", "fileinfo", lambda reply: _done(reply, details.report_id), to_xml(details), _XML)


def finish(report_id: int, files: Collection[str] | None) -> Call[Finished]:
    """Finish a report: it cannot be undone. The receipt must name it, and these files where they are given."""
    return Call("POST", "finish", lambda reply: _finished(reply, report_id, files), _named(report_id), _FORM)


def retract(report_id: int) -> Call[Done]:
    """Cancel an unfinished report."""
    return Call("POST", "retract", lambda reply: _done(reply, report_id), _named(report_id), _FORM)


def _named(report_id: int) -> bytes:
    return urlencode({"id": report_id}).encode()


def _opened(reply: Reply) -> Opened:
    number = read_response(reply).report_id
    if number is None:
        raise wrong(reply, "it lacks reportId")
    return Opened(number, reply.request_id)


def _uploaded(reply: Reply, report_id: int, md5: str) -> Uploaded:
    answer = read_response(reply)
    _same_report(reply, answer.report_id, report_id)
    if answer.file_id is None or answer.hash is None:
        raise wrong(reply, f"it lacks {'fileId' if answer.file_id is None else 'hash'}")
    if answer.hash.lower() != md5:
        raise wrong(reply, "the service computed another MD5 than was sent", WrongDigest)
    return Uploaded(answer.file_id, md5, reply.request_id)


def _done(reply: Reply, report_id: int) -> Done:
    _same_report(reply, read_response(reply).report_id, report_id)
    return Done(reply.request_id)


def _finished(reply: Reply, report_id: int, files: Collection[str] | None) -> Finished:
    answer = read_done_response(reply)
    if answer.report_id != report_id:
        raise wrong(reply, "it names another report", WrongReceipt)
    if files is not None and sorted(answer.files) != sorted(files):
        raise wrong(reply, "it names other files than were uploaded", WrongReceipt)
    return Finished(answer.report_id, answer.files, reply.request_id)


def _same_report(reply: Reply, named: int | None, asked: int) -> None:
    if named is not None and named != asked:
        raise wrong(reply, "it names another report")
