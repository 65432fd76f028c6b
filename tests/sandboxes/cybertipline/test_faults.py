"""Faults: ordering them, and what they do in this process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tutela.sandboxes.cybertipline import Body, ConnectionDroppedError, Fault, Faults, Kind

if TYPE_CHECKING:
    from tests.sandboxes.cybertipline.conftest import Client, Documents

OK = (200, 0)


def test_an_error_before_the_effect_leaves_nothing(client: Client, faults: Faults, documents: type[Documents]) -> None:
    faults.order(Fault(Kind.ERROR_BEFORE, frozenset({"submit"}), status=503))
    assert client.submit(documents.report()).outcome == (503, 1000)
    assert client.ledger()["reports"] == []
    assert client.submit(documents.report()).outcome == OK


def test_an_error_after_the_effect_leaves_it(client: Client, faults: Faults, documents: type[Documents]) -> None:
    faults.order(Fault(Kind.ERROR_AFTER, frozenset({"finish"})))
    report_id = client.open_report(documents.report())
    assert client.finish(report_id).outcome == (500, 1000)
    assert client.ledger_report(report_id)["state"] == "finished"
    assert client.retract(report_id).outcome == (409, 5102)


@pytest.mark.parametrize(("body", "found"), [(Body.HTML, b"<!DOCTYPE html>"), (Body.EMPTY, b"")])
def test_errors_of_a_proxy(client: Client, faults: Faults, body: Body, found: bytes) -> None:
    faults.order(Fault(Kind.ERROR_BEFORE, status=502, body=body))
    response = client.raw("GET", "/ispws/status")
    assert response.status_code == 502
    assert response.content[:15] == found


def test_a_wrong_code_goes_with_a_real_effect(client: Client, faults: Faults, documents: type[Documents]) -> None:
    report_id = client.open_report(documents.report())
    faults.order(Fault(Kind.WRONG_CODE, frozenset({"finish"}), code=1300))
    reply = client.finish(report_id)
    assert reply.outcome == (200, 1300)
    assert reply.root is not None
    assert reply.root.tag == "reportDoneResponse"
    assert client.ledger_report(report_id)["state"] == "finished"


def test_a_wrong_hash(client: Client, faults: Faults, documents: type[Documents]) -> None:
    report_id = client.open_report(documents.report())
    faults.order(Fault(Kind.WRONG_HASH))
    reply = client.upload(report_id)
    (file,) = client.ledger_report(report_id)["files"]
    assert reply.text("hash") != file["md5"]


@pytest.mark.parametrize("endpoint", ["upload", "fileinfo", "finish", "retract"])
def test_a_report_expires_on_order(client: Client, faults: Faults, documents: type[Documents], endpoint: str) -> None:
    report_id = client.open_report(documents.report())
    file_id = client.upload(report_id).text("fileId")
    faults.order(Fault(Kind.EXPIRE, frozenset({endpoint})))
    replies = {
        "upload": lambda: client.upload(report_id),
        "fileinfo": lambda: client.fileinfo(documents.details(report_id, file_id)),
        "finish": lambda: client.finish(report_id),
        "retract": lambda: client.retract(report_id),
    }
    assert replies[endpoint]().outcome == (404, 5001)
    assert client.ledger_report(report_id)["state"] == "expired"


@pytest.mark.parametrize("kind", [Kind.LATENCY, Kind.LATENCY_BEFORE])
def test_latency(client: Client, faults: Faults, kind: Kind) -> None:
    faults.order(Fault(kind, seconds=0.2))
    started = time.monotonic()
    assert client.call("GET", "status").outcome == OK
    assert time.monotonic() - started >= 0.2


def test_a_server_that_cannot_drop_says_so(client: Client, faults: Faults) -> None:
    faults.order(Fault(Kind.DROP_BEFORE))
    with pytest.raises(ConnectionDroppedError):
        client.call("GET", "status")


def test_counts_endpoints_and_order() -> None:
    slow = Fault(Kind.LATENCY, frozenset({"submit", "upload"}), count=2, seconds=1)
    broken = Fault(Kind.ERROR_AFTER, count=None)
    faults = Faults(slow, broken)
    assert faults.draw("finish") == (broken,)
    assert faults.draw("submit") == (slow, broken)
    assert faults.pending() == [(slow, 1), (broken, None)]
    assert faults.draw("upload") == (slow, broken)
    assert faults.draw("upload") == (broken,)
    faults.clear()
    assert faults.draw("upload") == ()


def test_one_request_uses_up_one_ending() -> None:
    first, second = Fault(Kind.DROP_BEFORE), Fault(Kind.ERROR_AFTER)
    faults = Faults(first, second)
    assert faults.draw("submit") == (first,)
    assert faults.draw("submit") == (second,)


def test_a_probability_is_seeded() -> None:
    def drawn(seed: int) -> list[bool]:
        faults = Faults(Fault(Kind.DROP_AFTER, count=None, probability=0.3, seed=seed))
        return [bool(faults.draw("submit")) for _ in range(1000)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 200 < sum(drawn(1)) < 400


def test_bad_credentials_use_up_no_fault(client: Client, faults: Faults) -> None:
    faults.order(Fault(Kind.ERROR_BEFORE))
    assert client.raw("GET", "/ispws/status", auth=("provider", "wrong")).status_code == 401
    assert len(faults.pending()) == 1


def test_ordering_over_http(client: Client, documents: type[Documents]) -> None:
    orders = [
        {"kind": "error_before", "endpoints": ["submit"], "count": 2, "status": 502, "code": 1100},
        {"kind": "latency", "probability": 0.5, "seed": 7, "seconds": 0},
    ]
    shown = client.raw("POST", "/sandbox/faults", json=orders)
    assert shown.status_code == 200
    assert [(fault["kind"], fault["left"]) for fault in shown.json()["faults"]] == [
        ("error_before", 2),
        ("latency", None),
    ]
    assert client.submit(documents.report()).outcome == (502, 1100)
    assert client.raw("GET", "/sandbox/faults").json()["faults"][0]["left"] == 1
    assert client.raw("DELETE", "/sandbox/faults").json() == {"faults": []}
    assert client.submit(documents.report()).outcome == OK


BAD_ORDERS: list[Any] = [
    "drop_after",
    {},
    {"kind": "earthquake"},
    {"kind": "latency", "endpoints": "submit"},
    {"kind": "latency", "endpoints": ["nowhere"]},
    {"kind": "latency", "seconds": -1},
    {"kind": "latency", "seconds": "1"},
    {"kind": "latency", "count": 0},
    {"kind": "latency", "count": 1.5},
    {"kind": "latency", "count": True},
    {"kind": "latency", "probability": 2},
    {"kind": "latency", "status": 99},
    {"kind": "latency", "body": "pdf"},
    {"kind": "latency", "bridge": 1},
    {"kind": "wrong_code", "code": 10**30},
]


@pytest.mark.parametrize("order", BAD_ORDERS)
def test_a_bad_order_is_refused_whole(client: Client, order: object) -> None:
    response = client.raw("POST", "/sandbox/faults", json=[{"kind": "expire"}, order])
    assert response.status_code == 400
    assert response.json()["error"]
    assert client.raw("GET", "/sandbox/faults").json() == {"faults": []}


def test_an_order_that_is_no_json(client: Client) -> None:
    assert client.raw("POST", "/sandbox/faults", content=b"\xff{").status_code == 400
    assert client.raw("POST", "/sandbox/faults", content=b"[" * 50_000).status_code == 400
    assert client.raw("POST", "/sandbox/faults", content=b" " * 100_000).status_code == 413
