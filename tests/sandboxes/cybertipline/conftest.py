"""A sandbox in this process, a client that checks every answer, and documents to send."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from tutela.sandboxes.cybertipline import Faults, create_app
from tutela.sandboxes.cybertipline.schema import compile_schema

USER = "provider"
PASSWORD = "a bridge over a river: ö"
OTHER = ("other", "another bridge")


@dataclass
class Clock:
    now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


def find_official_schema() -> Path | None:
    given = os.environ.get("TUTELA_SHARED")
    places = [Path(given)] if given else [parent / "shared" for parent in Path(__file__).resolve().parents]
    candidates = (place / "reference" / "cybertipline.xsd" for place in places)
    return next((path for path in candidates if path.is_file()), None)


@pytest.fixture(scope="session")
def official_path() -> Path:
    path = find_official_schema()
    if path is None:
        pytest.skip(
            "the official schema is not here: put it at shared/reference/cybertipline.xsd beside the repo,"
            " or name the folder that holds reference/ in TUTELA_SHARED"
        )
    return path


@cache
def answer_schemas() -> list[etree.XMLSchema]:
    official = find_official_schema()
    return [compile_schema()] + ([] if official is None else [etree.XMLSchema(etree.parse(official))])


@dataclass
class Reply:
    """An answer, with its XML read."""

    http: httpx.Response
    root: etree._Element | None

    @property
    def status(self) -> int:
        return self.http.status_code

    @property
    def code(self) -> int:
        return int(self.text("responseCode"))

    @property
    def outcome(self) -> tuple[int, int]:
        return self.status, self.code

    def text(self, path: str) -> str:
        assert self.root is not None, self.http.text
        found = self.root.findtext(path)
        assert found is not None, self.http.text
        return found


@dataclass
class Client:
    """Talks to an app in this process; holds every answer of the service against both schemas."""

    app: Any
    auth: tuple[str, str] = (USER, PASSWORD)
    request_ids: list[str] = field(default_factory=list)

    def as_user(self, user: str, password: str) -> Client:
        return Client(self.app, (user, password), self.request_ids)

    def raw(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **{"auth": self.auth, **options})

        response = asyncio.run(send())
        request_id = response.headers["Request-ID"]
        assert request_id not in self.request_ids
        self.request_ids.append(request_id)
        return response

    def call(self, method: str, endpoint: str, **options: Any) -> Reply:
        response = self.raw(method, f"/ispws/{endpoint}", **options)
        if not response.headers.get("content-type", "").startswith("text/xml"):
            return Reply(response, None)
        root = etree.fromstring(response.content)
        if root.tag in {"reportResponse", "reportDoneResponse"}:
            for schema in answer_schemas():
                schema.assertValid(root)
        return Reply(response, root)

    def submit(self, xml: bytes, content_type: str = "text/xml; charset=utf-8") -> Reply:
        return self.call("POST", "submit", content=xml, headers={"Content-Type": content_type})

    def open_report(self, xml: bytes) -> int:
        reply = self.submit(xml)
        assert reply.outcome == (200, 0), reply.http.text
        return int(reply.text("reportId"))

    def upload(self, report_id: int, data: bytes = b"a bridge", name: str = "bridge.jpg") -> Reply:
        return self.call("POST", "upload", data={"id": str(report_id)}, files={"file": (name, data)})

    def fileinfo(self, xml: bytes) -> Reply:
        return self.call("POST", "fileinfo", content=xml, headers={"Content-Type": "text/xml"})

    def finish(self, report_id: int | str) -> Reply:
        return self.call("POST", "finish", data={"id": str(report_id)})

    def retract(self, report_id: int | str) -> Reply:
        return self.call("POST", "retract", data={"id": str(report_id)})

    def ledger(self) -> dict[str, Any]:
        document: dict[str, Any] = self.raw("GET", "/sandbox/ledger.json").json()
        return document

    def ledger_report(self, report_id: int) -> dict[str, Any]:
        found: dict[str, Any] = next(r for r in self.ledger()["reports"] if r["id"] == report_id)
        return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def client(clock: Clock, faults: Faults) -> Iterator[Client]:
    app = create_app(user=USER, password=PASSWORD, clock=clock, faults=faults, more_accounts=dict([OTHER]))
    yield Client(app)
    app.state.store.close()


@pytest.fixture
def other(client: Client) -> Client:
    return client.as_user(*OTHER)


class Documents:
    """Acceptable documents, and changes to them."""

    @staticmethod
    def report(**summary: str) -> bytes:
        root = etree.Element("report")
        incident = etree.SubElement(root, "incidentSummary")
        values = {
            "incidentType": "Misleading Domain Name",
            "incidentDateTime": "2026-02-28T10:00:00Z",
            **summary,
        }
        for tag in ("incidentType", "platform", "escalateToHighPriority", "incidentDateTime"):
            if tag in values:
                etree.SubElement(incident, tag).text = values[tag]
        person = etree.SubElement(etree.SubElement(root, "reporter"), "reportingPerson")
        etree.SubElement(person, "firstName").text = "Åsa"
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)

    @staticmethod
    def details(report_id: int | str, file_id: str, **values: str) -> bytes:
        root = etree.Element("fileDetails")
        etree.SubElement(root, "reportId").text = str(report_id)
        etree.SubElement(root, "fileId").text = file_id
        order = (
            "originalFileName",
            "locationOfFile",
            "fileViewedByEsp",
            "exifViewedByEsp",
            "fileRelevance",
            "potentialMeme",
            "fileAnnotations",
            "industryClassification",
        )
        assert set(values) <= set(order)
        for tag in order:
            if tag == "fileAnnotations" and tag in values:
                etree.SubElement(etree.SubElement(root, tag), values[tag])
            elif tag in values:
                etree.SubElement(root, tag).text = values[tag]
        return etree.tostring(root)

    @staticmethod
    def with_element(document: bytes, parent: str, *path: str, text: str) -> bytes:
        """Append nested elements to the last ``parent`` and give the innermost a text."""
        root = etree.fromstring(document)
        element = root if parent == "." else root.findall(parent)[-1]
        for tag in path:
            element = etree.SubElement(element, tag)
        element.text = text
        return etree.tostring(root)


@pytest.fixture
def documents() -> type[Documents]:
    return Documents
