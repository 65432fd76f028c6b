"""What every stand-in of a plain service has: a page, a ledger, faults to order, and refusals that it notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from tutela.sandboxes import platform, register, transparency
from tutela.sandboxes.stand_in_serving import Running

SERVICES: dict[str, tuple[Callable[[], AbstractContextManager[Running[Any]]], str, str]] = {
    "platform": (platform.running, "POST", ""),
    "register": (register.running, "PUT", "/packages/one"),
    "transparency": (transparency.running, "POST", "/api/v1/statement"),
}


@pytest.fixture(params=sorted(SERVICES))
def service(request: pytest.FixtureRequest) -> Iterator[tuple[Running[Any], Callable[[], httpx.Response]]]:
    running, method, path = SERVICES[request.param]
    with running() as stand_in, httpx.Client() as client:
        yield stand_in, lambda: client.request(method, stand_in.url + path, content=b"{}")


def test_what_is_refused_stands_on_the_page_and_in_the_ledger(
    service: tuple[Running[Any], Callable[[], httpx.Response]],
) -> None:
    stand_in, send = service
    empty = httpx.get(stand_in.sandbox_url)
    assert "0 refused" in empty.text
    assert "<table" not in empty.text
    refused = send()
    assert 400 <= refused.status_code < 500
    page = httpx.get(stand_in.sandbox_url)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "1 refused" in page.text
    assert f"<td>{refused.status_code}</td>" in page.text
    (noted,) = httpx.get(f"{stand_in.sandbox_url}/ledger.json").json()["refusals"]
    assert noted["status"] == refused.status_code
    assert noted["reason"] in page.text


def test_faults_strike_in_their_order_and_are_withdrawn(
    service: tuple[Running[Any], Callable[[], httpx.Response]],
) -> None:
    stand_in, send = service
    faults = f"{stand_in.sandbox_url}/faults"
    orders = [{"kind": "status", "status": 503, "count": 1}, {"kind": "drop"}, {"kind": "redirect", "count": None}]
    assert len(httpx.post(faults, json=orders).json()["faults"]) == 3
    assert send().status_code == 503
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        send()
    assert [send().status_code for _ in range(3)] == [307] * 3
    assert httpx.delete(faults).json() == {"faults": []}
    assert 400 <= send().status_code < 500


@pytest.mark.parametrize(
    "order",
    ["no JSON", "[" * 100_000, '{"kind": "fire"}', '[{"kind": "drop"}, {"kind": "drop", "count": 0}]', " " * 100_000],
)
def test_a_bad_order_is_refused_whole(service: tuple[Running[Any], Callable[[], httpx.Response]], order: str) -> None:
    stand_in, _ = service
    refused = httpx.post(f"{stand_in.sandbox_url}/faults", content=order)
    assert refused.status_code == 400
    assert refused.json()["error"]
    assert httpx.get(f"{stand_in.sandbox_url}/faults").json() == {"faults": []}
