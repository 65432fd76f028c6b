"""Fixtures of the web's tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import Response

from tests.web.client import TestClient
from tests.web.scene import PASSWORD, Scene, build
from tutela.web.app import create_app

BASE = "http://127.0.0.1"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = build(tmp_path / "data")
    yield made
    made.place.close()


@pytest.fixture
def app(scene: Scene) -> FastAPI:
    return create_app(scene.place, dispatch=False)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE, follow_redirects=False) as opened:
        yield opened


class Visitor:
    """Somebody at a browser: keeps the cookie, and sends the token that the page holds."""

    def __init__(self, client: TestClient, name: str) -> None:
        self._client = client
        client.cookies.clear()
        answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303
        self._cookie = client.cookies["tutela_session"]

    def get(self, path: str) -> Response:
        self._become()
        answer: Response = self._client.get(path)
        return answer

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Response:
        return self.post_raw(path, {"csrf": self.token(), **(fields or {})}, **headers)

    def post_raw(self, path: str, fields: dict[str, str], **headers: str) -> Response:
        self._become()
        answer: Response = self._client.post(path, data=fields, headers=headers)
        return answer

    def token(self) -> str:
        self._become()
        page = self._client.get("/", follow_redirects=True).text
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found
        return found.group(1)

    def _become(self) -> None:
        self._client.cookies.clear()
        self._client.cookies.set("tutela_session", self._cookie)


@pytest.fixture
def visit(client: TestClient) -> Callable[[str], Visitor]:
    return lambda name: Visitor(client, name)


@pytest.fixture
def key(scene: Scene) -> dict[str, str]:
    secret = scene.place.people.create_key("platform", ["items", "actions"])
    return {"Authorization": f"Bearer {secret}"}
