"""The ledger proves what arrived."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from tutela.sandboxes.cybertipline import Fault, Faults, Kind, create_app

if TYPE_CHECKING:
    from tests.sandboxes.cybertipline.conftest import Client, Clock, Documents


def read_html(page: bytes) -> etree._Element:
    return etree.fromstring(page, etree.HTMLParser())


def text_of(element: etree._Element) -> str:
    return "".join(str(text) for text in element.itertext())


def test_the_ledger_shows_documents_as_received(client: Client, documents: type[Documents], clock: Clock) -> None:
    xml = b"\n  <!-- a bridge -->" + documents.report().partition(b"?>")[2]
    report_id = client.open_report(xml)
    clock.advance(minutes=1)
    upload = client.upload(report_id, b"a bridge", "brücke.jpg")
    details = [documents.details(report_id, upload.text("fileId"), originalFileName=name) for name in ("a", "b")]
    for found in details:
        client.fileinfo(found)
    clock.advance(minutes=1)
    done = client.finish(report_id)
    report = client.ledger_report(report_id)
    assert report["xml"] == xml.decode()
    assert (report["owner"], report["state"]) == ("provider", "finished")
    assert report["opened"] == "2026-03-01T12:00:00Z"
    assert report["changed"] == "2026-03-01T12:01:00Z"
    assert report["finished"] == report["closed"] == "2026-03-01T12:02:00Z"
    (file,) = report["files"]
    assert (file["name"], file["size"]) == ("brücke.jpg", 8)
    assert [found["xml"] for found in file["fileinfo"]] == [found.decode() for found in details]
    assert report["request_ids"][-1] == done.http.headers["Request-ID"]
    assert len(report["request_ids"]) == 5


def test_bytes_that_are_no_utf8_are_shown_in_base64(client: Client, documents: type[Documents]) -> None:
    xml = documents.report().decode().replace("UTF-8", "ISO-8859-1").encode("iso-8859-1")
    reply = client.submit(xml, "text/xml")
    report = client.ledger_report(int(reply.text("reportId")))
    assert report["xml"] is None
    assert base64.b64decode(report["xml_base64"]) == xml


def test_every_request_is_in_the_ledger(client: Client, documents: type[Documents], faults: Faults) -> None:
    client.raw("GET", "/ispws/status", auth=("provider", "wrong"))
    client.submit(b"<report/>")
    client.finish(1)
    faults.order(Fault(Kind.ERROR_AFTER, status=503))
    client.submit(documents.report())
    notes = client.ledger()["requests"]
    shown = [(n["endpoint"], n["owner"], n["status"], n["code"], n["faults"]) for n in notes]
    assert shown == [
        ("status", None, 401, None, []),
        ("submit", "provider", 400, 4100, []),
        ("finish", "provider", 404, 5001, []),
        ("submit", "provider", 503, 1000, ["error_after"]),
    ]
    # The sandbox's own pages are no traffic with the service.
    assert [note["id"] for note in notes] == client.request_ids[:4]


def test_the_page_lists_reports_for_people(client: Client, documents: type[Documents], clock: Clock) -> None:
    empty = read_html(client.raw("GET", "/sandbox").content)
    assert "0 reports" in text_of(empty)
    first, second, third = (client.open_report(documents.report()) for _ in range(3))
    client.upload(first)
    client.finish(first)
    client.retract(second)
    clock.advance(days=2)
    response = client.raw("GET", "/sandbox")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    rows = [
        [text_of(cell) for cell in row.iterfind("td")]
        for row in read_html(response.content).iter("tr")
        if row.find("td") is not None
    ]
    assert [(row[0], row[1], row[5]) for row in rows] == [
        (str(third), "expired", "0"),
        (str(second), "retracted", "0"),
        (str(first), "finished", "1"),
    ]


def test_the_page_escapes_what_it_shows(client: Client, documents: type[Documents]) -> None:
    name = "<script>alert(1)</script>"
    app = create_app(user=name, password="x")
    hostile = type(client)(app, (name, "x"))
    hostile.open_report(documents.report())
    page = hostile.raw("GET", "/sandbox").content
    assert b"<script" not in page
    assert name in text_of(read_html(page))
    app.state.store.close()


def test_an_answer_that_quotes_the_client_stays_xml(client: Client) -> None:
    reply = client.call("POST", "submit", content=b"x", headers={"Content-Type": b'a/"\x01<&>\xff"'})
    assert reply.outcome == (400, 4000)
    assert isinstance(reply.root, etree._Element)


def test_the_store_outlives_the_app(client: Client, documents: type[Documents], tmp_path: Path) -> None:
    ids = []
    for _ in range(2):
        app = create_app(user="u", password="x", store_path=tmp_path / "sandbox.sqlite")
        lasting = type(client)(app, ("u", "x"))
        ids.append(lasting.open_report(documents.report()))
        assert [report["id"] for report in lasting.ledger()["reports"]] == ids
        app.state.store.close()
    assert ids[1] == ids[0] + 1
