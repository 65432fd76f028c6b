"""One request and its answer: credentials, faults, the operation, the note of what happened."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tutela.sandboxes.cybertipline.answers import Answer, failed, refused
from tutela.sandboxes.cybertipline.bodies import drop_body
from tutela.sandboxes.cybertipline.codes import Refusal
from tutela.sandboxes.cybertipline.faults import Body, Fault, Kind
from tutela.sandboxes.cybertipline.office import Office
from tutela.sandboxes.cybertipline.records import RequestNote
from tutela.sandboxes.dropping import Drop

REQUEST_ID = "Request-ID"
_LOG = logging.getLogger(__name__)
_ELSEWHERE = 500_000_000
"""So far off that no report has the number."""
_PROXY_PAGE = "<!DOCTYPE html><title>Bad gateway</title><h1>Bad gateway</h1>"


@dataclass(slots=True)
class Exchange:
    """What an operation knows of its request, and which report it found the request to be about."""

    request: Request
    office: Office
    owner: str
    expire_first: bool = False
    report_id: int | None = None

    def about(self, report_id: int) -> None:
        """Note which report the request is about, and let an ordered expiry strike it."""
        self.report_id = report_id
        if self.expire_first:
            self.office.desk.expire(report_id)


Operation = Callable[[Exchange], Awaitable[Answer | bytes]]
Handler = Callable[[Request], Awaitable[Response]]


def new_request_id() -> str:
    """Return a fresh value for the ``Request-ID`` header."""
    return str(uuid.uuid4())


def unauthorised(request_id: str) -> Response:
    """Return the answer to bad credentials: 401 with an empty body."""
    headers = {
        REQUEST_ID: request_id,
        "WWW-Authenticate": 'Basic realm="CyberTipline sandbox", charset="UTF-8"',
    }
    return Response(status_code=401, headers=headers)


def xml_response(body: bytes, status: int, request_id: str) -> Response:
    """Return an XML response."""
    return Response(body, status, {REQUEST_ID: request_id}, media_type="text/xml; charset=utf-8")


def _error_response(fault: Fault, request_id: str) -> Response:
    if fault.body is Body.HTML:
        return Response(_PROXY_PAGE, fault.http_status, {REQUEST_ID: request_id}, media_type="text/html")
    if fault.body is Body.EMPTY:
        return Response(status_code=fault.http_status, headers={REQUEST_ID: request_id})
    answer = replace(failed(), code=fault.code)
    return xml_response(answer.body(), fault.http_status, request_id)


async def _attempt(operation: Operation, exchange: Exchange) -> Answer | bytes:
    try:
        return await operation(exchange)
    except Refusal as refusal:
        return refused(refusal)
    except ClientDisconnect:
        raise
    except Exception:  # noqa: BLE001
        # The service answers in XML whatever happens; the trace is for whoever mends the sandbox.
        _LOG.exception("The sandbox failed")
        return failed()


async def _wait(struck: tuple[Fault, ...], kind: Kind) -> None:
    await asyncio.sleep(sum(fault.seconds for fault in struck if fault.kind is kind))


def _distort(answer: Answer, struck: tuple[Fault, ...]) -> Answer:
    for fault in struck:
        if fault.kind is Kind.WRONG_CODE:
            answer = replace(answer, code=fault.code, status=fault.http_status)
        elif fault.kind is Kind.WRONG_HASH and answer.md5 is not None:
            answer = replace(answer, md5=answer.md5[::-1])
        elif fault.kind is Kind.WRONG_REPORT and answer.report_id is not None:
            answer = replace(answer, report_id=answer.report_id + _ELSEWHERE)
        elif fault.kind is Kind.WRONG_FILES:
            answer = replace(answer, file_ids=answer.file_ids[1:])
    return answer


def _strike(struck: tuple[Fault, ...], drop: Kind, error: Kind, request_id: str) -> Response | None:
    for fault in struck:
        if fault.kind is drop:
            return Drop()
        if fault.kind is error:
            return _error_response(fault, request_id)
    return None


def handler(office: Office, endpoint: str, operation: Operation) -> Handler:
    """Return the function that answers requests to one endpoint of the service."""

    async def handle(request: Request) -> Response:
        request_id = new_request_id()
        received = office.clock()

        def note(owner: str | None, report_id: int | None, code: int | None, status: int | None) -> None:
            kinds = tuple(fault.kind.value for fault in struck)
            office.store.note_request(
                RequestNote(request_id, received, endpoint, owner, report_id, code, status, kinds)
            )

        struck: tuple[Fault, ...] = ()
        owner = office.accounts.identify(request.headers.get("authorization"))
        if owner is None:
            await drop_body(request)
            note(None, None, None, 401)
            return unauthorised(request_id)

        # Only a request that may pass counts down an order, so that a test's stray request spoils nothing.
        struck = office.faults.draw(endpoint)
        await _wait(struck, Kind.LATENCY_BEFORE)
        early = _strike(struck, Kind.DROP_BEFORE, Kind.ERROR_BEFORE, request_id)
        if early is not None:
            if not isinstance(early, Drop):
                await drop_body(request)
            note(owner, None, *_seen(early, struck, Kind.ERROR_BEFORE))
            return early

        exchange = Exchange(request, office, owner, any(fault.kind is Kind.EXPIRE for fault in struck))
        try:
            result = await _attempt(operation, exchange)
        except ClientDisconnect:
            note(owner, exchange.report_id, None, None)
            return Response()
        await _wait(struck, Kind.LATENCY)
        late = _strike(struck, Kind.DROP_AFTER, Kind.ERROR_AFTER, request_id)
        if late is not None:
            note(owner, exchange.report_id, *_seen(late, struck, Kind.ERROR_AFTER))
            return late
        if isinstance(result, bytes):
            note(owner, None, None, 200)
            return xml_response(result, 200, request_id)
        answer = _distort(result, struck)
        note(owner, exchange.report_id, answer.code, answer.status)
        return xml_response(answer.body(), answer.status, request_id)

    return handle


def _seen(response: Response, struck: tuple[Fault, ...], error: Kind) -> tuple[int | None, int | None]:
    if isinstance(response, Drop):
        return None, None
    fault = next(fault for fault in struck if fault.kind is error)
    return (fault.code if fault.body is Body.XML else None), response.status_code
