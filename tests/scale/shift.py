"""What happens all day in a large installation: the platform's calls, and the steps of a reviewer and an officer."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from httpx import Response

from tests.databases import SteppableClock
from tests.rig import picture
from tests.scale.waiting import Waited
from tests.web.client import TestClient
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_VIEW = re.compile(r"/views/([0-9a-f-]{36})/picture")
LISTED = 0
"""The seed of a picture that the template's lists hold."""


class Shift:
    """Items come in, are looked at and decided; the platform confirms; a user complains, and somebody else decides.

    `reviewer` and `officer` are the secrets of two people's sessions, `key` is the platform's.
    """

    def __init__(
        self, client: TestClient, place: Workplace, clock: SteppableClock, *, reviewer: str, officer: str, key: str
    ) -> None:
        self._client = client
        self._cases = CaseReader(place.database)
        self._clock = clock
        self._reviewer, self._officer = reviewer, officer
        self._key = {"Authorization": f"Bearer {key}"}
        self._tokens = {secret: self._token(secret) for secret in (reviewer, officer)}
        self._seconds: dict[str, list[float]] = defaultdict(list)
        self._codes: dict[str, set[int]] = defaultdict(set)

    def work(self, times: int) -> Iterator[Waited]:
        """Do everything so many times, after one round that warms up; yield how long each step took."""
        for number in range(-1, times):
            if number == 0:
                self._seconds.clear()
            self._clock.advance(minutes=12)  # long enough for a rest between two looks
            self._round(number)
        for name, seconds in self._seconds.items():
            yield Waited(name, tuple(seconds), frozenset(self._codes[name]))

    def _round(self, number: int) -> None:
        case = self._take_in(number)
        (item,) = self._cases.one(case).items
        self._person("POST /queue/next", "/queue/next")
        # The new case alone has evidence: a copy has none to look at.
        self._person("POST /cases/{case_id}/claim", f"/cases/{case}/claim")
        view = self._person("POST /cases/{case_id}/items/{item_id}/view", f"/cases/{case}/items/{item.id}/view")
        look = _VIEW.search(view.text)
        assert look, view.text
        self._timed("GET /views/{view_id}/picture", "GET", f"/views/{look[1]}/picture")
        path = f"/cases/{case}/items/{item.id}/decide"
        self._person("POST /cases/{case_id}/items/{item_id}/decide", path, decision="known")
        self._redress(self._cases.one(case).actions[0].id)

    def _take_in(self, number: int) -> str:
        one = f"shift-{self._clock.now:%Y%m%d}-{number}"
        sender = {"account": one, "country": "SE", "basis": "declared"}
        about = {"service": "chat", "item_id": one, "sender": sender}
        files = {"file": ("a.png", picture(LISTED))}
        sent = self._platform("POST", "/v1/items", data={"item": json.dumps(about)}, files=files)
        case: str = sent.json()["case"]
        return case

    def _redress(self, action: str) -> None:
        self._platform("GET", "/v1/actions")
        self._platform("POST", "/v1/actions/{action}/confirm", action=action, json={"done": "carried_out"})
        self._platform("GET", "/v1/actions/{action}/notice", action=action)
        lodged = self._platform("POST", "/v1/complaints", json={"action": action})
        complaint = lodged.json()["complaint"]
        path = f"/complaints/{complaint}"
        self._person("POST /complaints/{complaint_id}", path, self._officer, reason="out_of_time")
        self._platform("GET", "/v1/complaints/{complaint}", complaint=complaint)

    def _token(self, secret: str) -> str:
        self._become(secret)
        found = _TOKEN.search(self._client.get("/account").text)
        assert found, "the console shows no page with a token"
        return found[1]

    def _become(self, secret: str) -> None:
        self._client.cookies.clear()
        self._client.cookies.set("tutela_session", secret)

    def _person(self, name: str, path: str, who: str = "", **fields: str) -> Response:
        secret = who or self._reviewer
        self._become(secret)
        return self._timed(name, "POST", path, data={"csrf": self._tokens[secret], **fields})

    def _platform(self, method: str, path: str, **sent: Any) -> Response:
        told = {name: sent.pop(name) for name in ("action", "complaint") if name in sent}
        return self._timed(f"{method} {path}", method, path.format(**told), headers=self._key, **sent)

    def _timed(self, name: str, method: str, path: str, **sent: Any) -> Response:
        began = time.perf_counter()
        answer: Response = self._client.request(method, path, **sent)
        self._seconds[name].append(time.perf_counter() - began)
        self._codes[name].add(answer.status_code)
        assert answer.status_code < 400, (name, answer.status_code, answer.text)
        return answer
