"""The outside of the service: credentials, paths, methods, content types."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from tutela.sandboxes.cybertipline import create_app

if TYPE_CHECKING:
    from tests.sandboxes.cybertipline.conftest import Client, Documents

ENDPOINTS = [
    ("GET", "status"),
    ("GET", "xsd"),
    ("POST", "submit"),
    ("POST", "upload"),
    ("POST", "fileinfo"),
    ("POST", "finish"),
    ("POST", "retract"),
]
SANDBOX_PATHS = ["/sandbox", "/sandbox/ledger.json", "/sandbox/faults"]


def test_status_answers_with_code_0(client: Client) -> None:
    assert client.call("GET", "status").outcome == (200, 0)


def test_xsd_is_a_schema_that_accepts_a_report(client: Client, documents: type[Documents]) -> None:
    reply = client.call("GET", "xsd")
    assert reply.root is not None
    assert etree.XMLSchema(reply.root).validate(etree.fromstring(documents.report()))


@pytest.mark.parametrize(("method", "endpoint"), [*ENDPOINTS, ("GET", "nowhere")])
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Bearer abc",
        "Basic " + base64.b64encode(b"provider:wrong").decode(),
        "Basic " + base64.b64encode("wrong:a bridge over a river: ö".encode()).decode(),
        "Basic " + base64.b64encode(b"provider").decode(),
    ],
)
def test_bad_credentials_get_401_and_an_empty_body(
    client: Client, method: str, endpoint: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = client.raw(method, f"/ispws/{endpoint}", auth=None, headers=headers)
    assert (response.status_code, response.content) == (401, b"")


@pytest.mark.parametrize("path", SANDBOX_PATHS)
def test_the_sandbox_pages_ask_for_the_same_credentials(client: Client, path: str) -> None:
    assert client.raw("GET", path).status_code == 200
    refused = client.raw("GET", path, auth=("provider", "wrong"))
    assert (refused.status_code, refused.content) == (401, b"")


def test_an_unknown_path_is_answered_in_xml(client: Client) -> None:
    assert client.call("GET", "nowhere").outcome == (404, 1210)
    assert client.call("POST", "submit/more").outcome == (404, 1210)


@pytest.mark.parametrize(("method", "endpoint"), ENDPOINTS)
def test_a_wrong_method_is_answered_in_xml(client: Client, method: str, endpoint: str) -> None:
    wrong = "POST" if method == "GET" else "GET"
    assert client.call(wrong, endpoint).outcome == (405, 4000)
    assert client.call("DELETE", endpoint).outcome == (405, 4000)


@pytest.mark.parametrize("content_type", ["text/xml", "text/xml; charset=utf-8", 'Text/XML;charset="UTF-8"'])
def test_header_habits_are_tolerated(client: Client, documents: type[Documents], content_type: str) -> None:
    assert client.submit(documents.report(), content_type).outcome == (200, 0)


@pytest.mark.parametrize("content_type", ["application/xml", "application/x-www-form-urlencoded", ""])
def test_other_content_types_are_refused(client: Client, documents: type[Documents], content_type: str) -> None:
    assert client.submit(documents.report(), content_type).outcome == (400, 4000)


@pytest.mark.parametrize("accounts", [("", "x"), ("a:b", "x"), ("a", "")])
def test_unusable_credentials_are_an_error(accounts: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="sandbox user"):
        create_app(user=accounts[0], password=accounts[1])


def test_a_broken_sandbox_answers_in_xml(
    client: Client, documents: type[Documents], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_arguments: object) -> int:
        raise RuntimeError("a bridge fell")

    monkeypatch.setattr(client.app.state.store, "open_report", break_down)
    reply = client.submit(documents.report())
    assert reply.outcome == (500, 1000)
    assert "bridge" not in reply.http.text
