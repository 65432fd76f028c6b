"""The HTTP client: each call returns what the answer says, or raises a typed error."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx
from lxml import etree

from tutela.referral.cybertipline.codes import BEGIN_AGAIN, MAY_PASS, Code
from tutela.referral.recipient import RecipientError

_XML = "text/xml; charset=utf-8"
_PARSER_LIMIT = 1_000_000


class CyberTiplineError(RecipientError):
    """The service refused or failed. `number` is its responseCode, if it gave one; `request_id` its own reference."""

    def __init__(self, number: int | None, description: str, request_id: str | None, *, retry: bool) -> None:
        code = str(number) if number is not None else "no-answer"
        super().__init__(code, f"{description} (Request-ID {request_id or 'none'})", retry=retry)
        self.number = number
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class Answer:
    """A reportResponse or reportDoneResponse."""

    code: int
    description: str
    report_id: str | None
    file_id: str | None
    md5: str | None
    file_ids: tuple[str, ...]
    request_id: str | None


class CyberTiplineClient:
    """Speaks to one base URL with one set of credentials. Close it, or use it in a `with` block."""

    def __init__(self, base_url: str, user: str, password: str, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=base_url.rstrip("/") + "/",
            auth=(user, password),
            timeout=httpx.Timeout(60.0, connect=10.0),
            transport=transport,
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def status(self) -> Answer:
        """Ask whether the service is there and knows us."""
        return self._call("GET", "status")

    def submit(self, document: bytes) -> str:
        """Open a report from its XML; return its number."""
        answer = self._call("POST", "submit", content=document, headers={"Content-Type": _XML})
        return _given(answer.report_id, "reportId", answer)

    def upload(self, report_id: str, name: str, data: bytes) -> tuple[str, str]:
        """Upload a file; return the service's id for it and the MD5 that it computed, lower-case hexadecimal."""
        answer = self._call(
            "POST", "upload", data={"id": report_id}, files={"file": (name, data, "application/octet-stream")}
        )
        return _given(answer.file_id, "fileId", answer), _given(answer.md5, "hash", answer).lower()

    def file_info(self, document: bytes) -> None:
        """Describe an uploaded file by its XML."""
        self._call("POST", "fileinfo", content=document, headers={"Content-Type": _XML})

    def finish(self, report_id: str) -> Answer:
        """Finish a report: it cannot be undone."""
        return self._call("POST", "finish", data={"id": report_id})

    def retract(self, report_id: str) -> None:
        """Cancel an unfinished report."""
        self._call("POST", "retract", data={"id": report_id})

    def _call(self, method: str, path: str, **kwargs: object) -> Answer:
        try:
            response = self._http.request(method, path, **kwargs)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            # A lost answer: the service may have acted or not. The dispatcher asks it.
            raise CyberTiplineError(None, f"{type(error).__name__} at {path}", None, retry=True) from error
        request_id = response.headers.get("Request-ID")
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise CyberTiplineError(
                Code.NOT_AUTHENTICATED,
                "user or password refused: check the configuration",
                request_id,
                retry=False,
            )
        answer = _parse(response, path, request_id)
        if answer.code != Code.OK or response.is_error:
            code = _known(answer.code)
            passing = code in MAY_PASS or code in BEGIN_AGAIN or (code is None and _may_pass(response))
            raise CyberTiplineError(
                answer.code, f"{path} answered {answer.code} {answer.description}", request_id, retry=passing
            )
        return answer


def _may_pass(response: httpx.Response) -> bool:
    busy = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)
    return response.is_server_error or response.status_code in busy


def _known(number: int) -> Code | None:
    try:
        return Code(number)
    except ValueError:
        return None


def _given(value: str | None, name: str, answer: Answer) -> str:
    if not value:
        raise CyberTiplineError(answer.code, f"the answer lacks {name}", answer.request_id, retry=True)
    return value


def _parse(response: httpx.Response, path: str, request_id: str | None) -> Answer:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        if len(response.content) > _PARSER_LIMIT:
            raise ValueError("the answer is too long")
        root = etree.fromstring(response.content, parser)
        code = int(root.findtext("{*}responseCode") or "")
    except (etree.XMLSyntaxError, ValueError) as error:
        raise CyberTiplineError(
            None,
            f"{path} answered HTTP {response.status_code} without a readable response",
            request_id,
            retry=_may_pass(response) or response.is_success,
        ) from error
    return Answer(
        code=code,
        description=root.findtext("{*}responseDescription") or "",
        report_id=root.findtext("{*}reportId"),
        file_id=root.findtext("{*}fileId"),
        md5=root.findtext("{*}hash"),
        file_ids=tuple(e.text for e in root.iterfind("{*}files/{*}fileId") if e.text),
        request_id=request_id,
    )
