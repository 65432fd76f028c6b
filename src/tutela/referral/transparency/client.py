"""The HTTP client of the database. A statement whose `puid` is there already counts as sent: so none is sent twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from tutela import __version__
from tutela.referral.recipient import RecipientError

PATH = "api/v1/statement"
_MOST_ANSWER = 1_000_000
_PASSING = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_EARLY, httpx.codes.TOO_MANY_REQUESTS)


class TransparencyClient:
    """Speaks to one database with one token."""

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=url.rstrip("/") + "/",
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/json",
                "User-Agent": f"Tutela/{__version__}",
            },
            timeout=httpx.Timeout(30.0, connect=10.0),
            transport=transport,
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, statement: Mapping[str, Any]) -> str | None:
        """Send a statement; return the database's id of it, or None where it was there already.

        Raises RecipientError; after one with `retry` the same statement can be sent again without harm.
        """
        try:
            response = self._http.post(PATH, json=dict(statement))
        except httpx.HTTPError as error:
            raise RecipientError("no-answer", f"{type(error).__name__} at the database", retry=True) from error
        finally:
            self._http.cookies.clear()
        answer = _parsed(response)
        if response.status_code == httpx.codes.CREATED:
            uuid = answer.get("uuid")
            if answer.get("puid") != statement["puid"] or not isinstance(uuid, str) or not 0 < len(uuid) <= 64:
                raise RecipientError("wrong-answer", "the database confirmed another statement", retry=True)
            return uuid
        errors = answer.get("errors")
        if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY and isinstance(errors, dict):
            if set(errors) == {"puid"}:
                # Our ids are always well formed: all that can be wrong with one is that it is there already.
                return None
            raise RecipientError("refused", f"the database refuses {', '.join(sorted(map(str, errors)))}", retry=False)
        passing = response.is_server_error or response.status_code in _PASSING or response.is_success
        code = f"http-{response.status_code}"
        raise RecipientError(code, f"the database answered {response.status_code}", retry=passing)


def _parsed(response: httpx.Response) -> dict[str, Any]:
    try:
        if len(response.content) > _MOST_ANSWER:
            raise ValueError("the answer is too long")
        answer = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
