"""Fixtures of the web's tests."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import Response

from tests.web.client import TestClient
from tests.web.scene import PASSWORD, Scene, build, reopen
from tutela.web.app import create_app

BASE = "http://127.0.0.1"


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation to copy: hashing six passwords for every test would take most of its time."""
    folder = tmp_path_factory.mktemp("made") / "data"
    build(folder).place.close()
    return folder


@pytest.fixture
def scene(tmp_path: Path, made_once: Path) -> Iterator[Scene]:
    shutil.copytree(made_once, tmp_path / "data")
    opened = reopen(tmp_path / "data")
    yield opened
    opened.place.close()


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

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Response:
        self._become()
        answer: Response = self._client.get(path, headers=headers)
        return answer

    def post(
        self, path: str, fields: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        return self.post_raw(path, {"csrf": self.token(), **(fields or {})}, headers)

    def post_raw(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Response:
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
