"""The headers of every route's answer, of errors too; and what is not foreseen stays out of the log."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Response

from tests.web.client import TestClient
from tests.web.conftest import BASE
from tests.web.doors import EVERYTHING, Doors, furnish, open_doors
from tests.web.scene import Scene, reopen
from tutela.web.access_table import doors
from tutela.web.app import create_app

WANTED = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.fixture
def everybody(tmp_path: Path, made_once: Path) -> Iterator[Doors]:
    shutil.copytree(made_once, tmp_path / "doors")
    scene = reopen(tmp_path / "doors")
    furnish(scene)
    with open_doors(scene) as opened:
        yield opened


def check(answer: Response, where: str) -> None:
    for name, value in WANTED.items():
        assert answer.headers[name] == value, where
    assert "camera=()" in answer.headers["permissions-policy"], where
    assert answer.headers["cache-control"] == "no-store", where


def test_every_route_has_the_headers_for_everybody(everybody: Doors) -> None:
    for door in doors():
        for caller in ("nobody", EVERYTHING, "key items"):
            check(everybody.call(door, caller), f"{caller} {door.method} {door.path}")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/nowhere", 404),
        ("DELETE", "/queue", 405),
        ("GET", "/v1/openapi.json", 200),
        ("GET", "/queue%00", 400),
        ("GET", "/audit?subject=%00", 400),
        ("GET", "/static/none.css", 404),
    ],
)
def test_so_have_errors(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    for name, value in WANTED.items():
        assert answer.headers[name] == value


def test_what_is_not_foreseen_is_told_without_what_it_was_about(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, key: dict[str, str]
) -> None:
    account = "-".join(["account", "of", "somebody"])

    def broken(*_: object, **__: object) -> None:
        try:
            raise KeyError(account)
        except KeyError as error:
            raise RuntimeError(f"fingerprint f8f8f8 of {account}") from error

    app = create_app(scene.place, dispatch=False)
    monkeypatch.setattr("tutela.web.console.sign_in.page", broken)
    monkeypatch.setattr("tutela.storage.casework.case_reader.CaseReader.actions", broken)
    caplog.set_level(logging.DEBUG)
    with TestClient(app, base_url=BASE) as client:
        page = client.get("/sign-in")
        answer = client.get("/v1/actions", headers=key)
    assert (page.status_code, answer.status_code) == (500, 500)
    assert "nobody foresaw" in page.text
    assert "nobody foresaw" in answer.json()["detail"]
    check(page, "a page")
    check(answer, "the API")
    said = "\n".join(
        logging.Formatter().format(record) for record in caplog.records if record.name.startswith("tutela")
    )
    assert "unforeseen RuntimeError in GET" in said
    # The line of code stands in the log, as written; what the error said does not.
    assert "RuntimeError: " not in said
    assert account not in said
