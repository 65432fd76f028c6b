"""The two clients through one door, and a sandbox to speak to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx

from tutela.referral.cybertipline.answers import Done, Finished, Opened, SchemaDocument, Status, Uploaded
from tutela.referral.cybertipline.async_client import AsyncCyberTiplineClient
from tutela.referral.cybertipline.client import CyberTiplineClient
from tutela.referral.cybertipline.schema import IncidentSummary, IncidentType, Person, Report, Reporter
from tutela.referral.cybertipline.target import CyberTiplineSettings

KINDS = ("sync", "async")
PAST = datetime(2025, 1, 1, tzinfo=UTC)


class Door(Protocol):
    """What both clients do."""

    def status(self) -> Status: ...
    def xsd(self) -> SchemaDocument: ...
    def submit(self, report: Report) -> Opened: ...
    def upload(self, report_id: int, source: Any, name: str | None = None) -> Uploaded: ...
    def file_info(self, details: Any) -> Done: ...
    def finish(self, report_id: int, files: Any = None) -> Finished: ...
    def retract(self, report_id: int) -> Done: ...


class Awaited:
    """The asynchronous client, each call of which is waited for."""

    def __init__(self, client: AsyncCyberTiplineClient, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        called = getattr(self._client, name)

        def carried_out(*arguments: Any) -> Any:
            return self._runner.run(called(*arguments))

        return carried_out


@contextmanager
def door(kind: str, settings: CyberTiplineSettings, transport: Any = None, **options: Any) -> Iterator[Door]:
    """Open a client of a kind."""
    if kind == "sync":
        with CyberTiplineClient(settings, transport=transport, **options) as client:
            yield client
        return
    with asyncio.Runner() as runner:
        client_ = AsyncCyberTiplineClient(settings, transport=transport, **options)
        yield Awaited(client_, runner)
        runner.run(client_.close())


def answering(status: int, body: bytes, **headers: str) -> httpx.MockTransport:
    """Return a service that gives one answer to everything, and serves both clients."""
    named = {"Request-ID": "r-1", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return httpx.MockTransport(lambda _request: httpx.Response(status, stream=httpx.ByteStream(body), headers=named))


def a_report(**changes: Any) -> Report:
    """Return a report on an incident of the past."""
    summary = IncidentSummary(incident_type=IncidentType.MISLEADING_DOMAIN_NAME, incident_date_time=PAST)
    reporter = Reporter(reporting_person=Person(first_name="Åsa"))
    return Report(**{"incident_summary": summary, "reporter": reporter, **changes})
