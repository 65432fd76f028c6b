"""What the sandbox says of documents: codes, lines, columns, and what a hostile one can do."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.sandboxes.cybertipline import Limits, create_app
from tutela.sandboxes.cybertipline.codes import Refusal
from tutela.sandboxes.cybertipline.reading import read_document

if TYPE_CHECKING:
    from tests.sandboxes.cybertipline.conftest import Client, Documents


def test_a_schema_error_names_line_column_and_reason(client: Client, documents: type[Documents]) -> None:
    xml = documents.report(incidentType="A bridge")
    line = next(i for i, text in enumerate(xml.decode().splitlines(), 1) if "incidentType" in text)
    reply = client.submit(xml)
    assert reply.outcome == (400, 4100)
    description = reply.text("responseDescription")
    assert f"line {line}, column 5: " in description
    assert "incidentType" in description
    assert "enumeration" in description


def test_a_broken_rule_names_line_and_column(client: Client, documents: type[Documents]) -> None:
    xml = documents.report(incidentDateTime="2027-01-01T00:00:00Z")
    reply = client.submit(xml)
    assert reply.outcome == (400, 4100)
    assert re.search(r"line 5, column 5: .*past", reply.text("responseDescription"))


def test_wrong_order_is_refused(client: Client, documents: type[Documents]) -> None:
    xml = documents.with_element(documents.report(), "incidentSummary", "platform", text="A bridge")
    reply = client.submit(xml)
    assert reply.outcome == (400, 4100)
    assert "platform" in reply.text("responseDescription")


@pytest.mark.parametrize("root", ["victim", "fileDetails", "reportResponse", "{urn:example:bridge}report"])
def test_another_root_is_refused(client: Client, root: str) -> None:
    name = root.rpartition("}")[2]
    namespace = ' xmlns="urn:example:bridge"' if "}" in root else ""
    assert client.submit(f"<{name}{namespace}/>".encode()).outcome == (400, 4100)


MALFORMED = {
    "nothing": b"",
    "text": b"a bridge",
    "unclosed": b"<report><incidentSummary>",
    "crossed": b"<report><a></report></a>",
    "two roots": b"<report/><report/>",
    "bad utf-8": b"<report>\xff</report>",
    "unknown encoding": b'<?xml version="1.0" encoding="bridge"?><report/>',
    "multi-byte encoding that expat lacks": b'<?xml version="1.0" encoding="Shift_JIS"?><report/>',
    "undeclared entity": b"<report>&bridge;</report>",
    "undeclared prefix": b"<a:report/>",
    "document type": b"<!DOCTYPE report><report/>",
    "internal entity": b'<!DOCTYPE report [<!ENTITY a "bridge">]><report>&a;</report>',
    "external entity": b'<!DOCTYPE report [<!ENTITY a SYSTEM "file:///etc/hostname">]><report>&a;</report>',
    "external document type": b'<!DOCTYPE report SYSTEM "http://127.0.0.1:9/bridge.dtd"><report/>',
    "deep": b"<report>" * 100 + b"</report>" * 100,
    "control character": b"<report>&#1;</report>",
    "zero bytes": b"\x00\x00\x00\x00",
}


@pytest.mark.parametrize("xml", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_xml_is_refused_with_its_place(client: Client, xml: bytes) -> None:
    reply = client.submit(xml, "text/xml")
    assert reply.outcome == (400, 4110)
    assert re.search(r"line \d+, column \d+: .", reply.text("responseDescription"))


def test_entities_that_would_explode_are_never_expanded(client: Client) -> None:
    entities = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(20))
    xml = f'<!DOCTYPE report [<!ENTITY a0 "bridge">{entities}]><report a="&a20;">&a20;</report>'
    assert client.submit(xml.encode()).outcome == (400, 4110)


def test_schema_locations_in_a_document_are_not_followed(
    client: Client, documents: type[Documents], tmp_path: Path
) -> None:
    place = tmp_path / "open.xsd"
    place.write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="report"/></xs:schema>')
    attributes = (
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{place.as_uri()}"'
    )
    good = documents.report().replace(b"<report>", f"<report {attributes}>".encode())
    assert client.submit(good).outcome == (200, 0)
    assert client.submit(f"<report {attributes}/>".encode()).outcome == (400, 4100)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_encodings(client: Client, documents: type[Documents], encoding: str) -> None:
    text = documents.report().decode().partition("?>")[2]
    xml = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
    assert client.submit(xml, "text/xml").outcome == (200, 0)


def test_the_charset_of_the_header_outranks_the_declaration(client: Client, documents: type[Documents]) -> None:
    xml = documents.report().decode().encode("iso-8859-1")
    assert client.submit(xml, "text/xml; charset=utf-8").outcome == (400, 4110)
    assert client.submit(xml, "text/xml; charset=iso-8859-1").outcome == (200, 0)
    assert client.submit(xml, "text/xml; charset=bridge").outcome == (400, 4110)


def test_comments_and_instructions_change_nothing(client: Client, documents: type[Documents]) -> None:
    xml = documents.report().replace(b"Misleading Dom", b"Misleading <!-- a bridge --><?a bridge?>Dom")
    assert client.submit(xml).outcome == (200, 0)


def test_a_body_over_the_limit_is_refused(client: Client, documents: type[Documents]) -> None:
    app = create_app(user="provider", password="x", limits=Limits(document=1000))
    small = type(client)(app, ("provider", "x"))
    assert small.submit(documents.report()).outcome == (200, 0)
    assert small.submit(documents.report() + b" " * 1000).outcome == (413, 4000)
    app.state.store.close()


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"<a>{text}</a>".encode()))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    # Anything but a document or this refusal fails the test.
    with contextlib.suppress(Refusal):
        document = read_document(data)
        assert document.position(document.root).line >= 1


@given(st.lists(st.sampled_from(["<a>", "\n", "  ", "é", "𝄞", "<b/>", "<!-- x -->"]), max_size=20))
def test_positions_are_those_of_the_start_tags(parts: list[str]) -> None:
    text = "<r>" + "".join("<a></a>" if part == "<a>" else part for part in parts) + "</r>"
    document = read_document(text.encode())
    lines = text.split("\n")
    for element in document.root.iter("*"):
        place = document.position(element)
        rest = lines[place.line - 1][place.column - 1 :]
        assert rest.startswith(f"<{element.tag}")
