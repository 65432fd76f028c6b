"""What both clients share of HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from tutela.referral.cybertipline.answers import Reply
from tutela.referral.cybertipline.calls import Call
from tutela.referral.cybertipline.errors import NoAnswer, UnclearAnswer
from tutela.referral.cybertipline.target import CyberTiplineSettings

TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_LONGEST_REQUEST_ID = 200


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def http_options(settings: CyberTiplineSettings) -> dict[str, Any]:
    """Return how a client of httpx speaks to a target: to no other, and past no proxy of the environment.

    Answers come uncompressed, so that few bytes never become many.
    """
    return {
        "base_url": settings.url.rstrip("/") + "/",
        "auth": (settings.user, settings.password),
        "timeout": TIMEOUT,
        "headers": {"Accept-Encoding": "identity"},
        "follow_redirects": False,
        "trust_env": False,
    }


class AnswerReader:
    """Collects the bytes of an answer up to the call's limit."""

    def __init__(self, call: Call[Any], response: httpx.Response) -> None:
        self._call = call
        self._response = response
        self._body = bytearray()
        request_id = response.headers.get("Request-ID")
        self._request_id = None if request_id is None else str(request_id)[:_LONGEST_REQUEST_ID]
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise self._unclear("compressed, unasked")

    def add(self, chunk: bytes) -> None:
        """Take bytes; raises UnclearAnswer for more than the limit."""
        if len(self._body) + len(chunk) > self._call.limit:
            raise self._unclear(f"with more than {self._call.limit} bytes")
        self._body += chunk

    def reply(self) -> Reply:
        """Return the whole."""
        return Reply(self._call.path, self._response.status_code, self._request_id, bytes(self._body))

    def _unclear(self, how: str) -> UnclearAnswer:
        status = self._response.status_code
        return UnclearAnswer(
            f"{self._call.path} answered HTTP {status} {how}", status=status, request_id=self._request_id
        )


def no_answer(call: Call[Any], error: httpx.HTTPError) -> NoAnswer:
    """Return the error of a call whose answer did not come."""
    return NoAnswer(f"{type(error).__name__} at {call.path}")
