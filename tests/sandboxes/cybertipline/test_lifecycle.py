"""The life of a report, through HTTP."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from lxml import etree

from tutela.sandboxes.cybertipline import create_app

if TYPE_CHECKING:
    from tests.sandboxes.cybertipline.conftest import Client, Clock, Documents

NO_REPORT, NO_FILE, RETRACTED, FINISHED = (404, 5001), (404, 5002), (409, 5101), (409, 5102)
OK = (200, 0)


def test_a_whole_report(client: Client, documents: type[Documents]) -> None:
    report_id = client.open_report(documents.report())
    first, second = client.upload(report_id, b"a bridge"), client.upload(report_id, b"a river", "river.png")
    assert first.text("hash") == hashlib.md5(b"a bridge").hexdigest()
    assert len(first.text("fileId")) == 32
    assert int(first.text("reportId")) == report_id
    details = client.fileinfo(documents.details(report_id, first.text("fileId"), fileViewedByEsp="true"))
    assert details.outcome == OK
    assert int(details.text("reportId")) == report_id
    done = client.finish(report_id)
    assert done.outcome == OK
    assert done.root is not None
    assert done.root.tag == "reportDoneResponse"
    assert int(done.text("reportId")) == report_id
    assert [node.text for node in done.root.iterfind("files/fileId")] == [
        first.text("fileId"),
        second.text("fileId"),
    ]


def test_a_report_without_files_can_be_finished(client: Client, documents: type[Documents]) -> None:
    done = client.finish(client.open_report(documents.report()))
    assert done.outcome == OK
    assert done.root is not None
    assert done.root.find("files") is not None


def test_nothing_can_be_done_to_a_finished_report(client: Client, documents: type[Documents]) -> None:
    report_id = client.open_report(documents.report())
    file_id = client.upload(report_id).text("fileId")
    assert client.finish(report_id).outcome == OK
    assert client.finish(report_id).outcome == FINISHED
    assert client.retract(report_id).outcome == FINISHED
    assert client.upload(report_id).outcome == FINISHED
    assert client.fileinfo(documents.details(report_id, file_id)).outcome == FINISHED


def test_nothing_can_be_done_to_a_retracted_report(client: Client, documents: type[Documents]) -> None:
    report_id = client.open_report(documents.report())
    file_id = client.upload(report_id).text("fileId")
    reply = client.retract(report_id)
    assert reply.outcome == OK
    assert int(reply.text("reportId")) == report_id
    assert client.retract(report_id).outcome == RETRACTED
    assert client.finish(report_id).outcome == RETRACTED
    assert client.upload(report_id).outcome == RETRACTED
    assert client.fileinfo(documents.details(report_id, file_id)).outcome == RETRACTED


@pytest.mark.parametrize("report_id", [1, 199_999_999, 999_999_999_999_999_999])
def test_an_unknown_report(client: Client, documents: type[Documents], report_id: int) -> None:
    assert client.finish(report_id).outcome == NO_REPORT
    assert client.retract(report_id).outcome == NO_REPORT
    assert client.upload(report_id).outcome == NO_REPORT
    assert client.fileinfo(documents.details(report_id, "0" * 32)).outcome == NO_REPORT


@pytest.mark.parametrize("report_id", [2**63 - 1, -1, -(2**63)])
def test_ids_at_the_ends_of_their_type(client: Client, documents: type[Documents], report_id: int) -> None:
    assert client.fileinfo(documents.details(report_id, "0" * 32)).outcome == NO_REPORT


def test_a_file_must_be_of_the_report(client: Client, documents: type[Documents]) -> None:
    first, second = (client.open_report(documents.report()) for _ in range(2))
    file_id = client.upload(first).text("fileId")
    assert client.fileinfo(documents.details(second, file_id)).outcome == NO_FILE
    assert client.fileinfo(documents.details(first, "0" * 32)).outcome == NO_FILE
    assert client.fileinfo(documents.details(first, f"\n {file_id} ")).outcome == OK


def naming(document: bytes, number: int) -> bytes:
    root = etree.fromstring(document)
    etree.SubElement(etree.SubElement(root, "personOrUserReported"), "priorCTReports").text = str(number)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def test_a_supplement_names_a_finished_report_of_its_own_reporter(
    client: Client, other: Client, documents: type[Documents]
) -> None:
    first = client.open_report(documents.report())
    supplement = naming(documents.report(), first)
    assert client.submit(supplement).outcome == (400, 4100)  # not finished yet
    client.finish(first)
    second = client.open_report(supplement)
    assert client.finish(second).outcome == OK
    assert other.submit(supplement).outcome == (400, 4100)
    assert client.submit(naming(documents.report(), second + 1000)).outcome == (400, 4100)
    retracted = client.open_report(documents.report())
    client.retract(retracted)
    refused = client.submit(naming(documents.report(), retracted))
    assert "no finished report of yours" in refused.text("responseDescription")


def test_another_owner_finds_nothing(client: Client, other: Client, documents: type[Documents]) -> None:
    report_id = client.open_report(documents.report())
    file_id = client.upload(report_id).text("fileId")
    assert other.finish(report_id).outcome == NO_REPORT
    assert other.retract(report_id).outcome == NO_REPORT
    assert other.upload(report_id).outcome == NO_REPORT
    assert other.fileinfo(documents.details(report_id, file_id)).outcome == NO_REPORT
    assert client.finish(report_id).outcome == OK


@pytest.mark.parametrize("style", ["urlencoded", "multipart", "multipart with a file name"])
@pytest.mark.parametrize("endpoint", ["finish", "retract"])
def test_both_form_styles(client: Client, documents: type[Documents], endpoint: str, style: str) -> None:
    text = str(client.open_report(documents.report()))
    styles: dict[str, dict[str, Any]] = {
        "urlencoded": {"data": {"id": text}},
        "multipart": {"files": {"id": (None, text)}},
        "multipart with a file name": {"files": {"id": ("id", text)}},
    }
    assert client.call("POST", endpoint, **styles[style]).outcome == OK


@pytest.mark.parametrize("endpoint", ["finish", "retract", "upload"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"data": {"other": "1"}},
        {"data": {"id": ""}},
        {"data": {"id": "a bridge"}},
        {"data": {"id": "-1"}},
        {"data": {"id": " 1"}},
        {"data": {"id": "1" * 19}},
        {"data": {"id": "\N{ARABIC-INDIC DIGIT ONE}"}},
        {"data": {"id": ["1", "1"]}},
        {"files": [("id", (None, "1")), ("id", (None, "1"))]},
        {"json": {"id": 1}},
        {"content": b"id=1", "headers": {"Content-Type": "text/plain"}},
        {"content": b"x" * 100_000, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    ],
)
def test_a_form_that_names_no_report(client: Client, endpoint: str, options: dict[str, Any]) -> None:
    assert client.call("POST", endpoint, **options).code == 4000


def test_an_unfinished_report_expires_24_hours_after_opening(
    client: Client, documents: type[Documents], clock: Clock
) -> None:
    report_id = client.open_report(documents.report())
    file_id = client.upload(report_id).text("fileId")
    clock.advance(hours=24, microseconds=-1)
    assert client.ledger_report(report_id)["state"] == "open"
    clock.advance(microseconds=1)
    assert client.finish(report_id).outcome == NO_REPORT
    assert client.retract(report_id).outcome == NO_REPORT
    assert client.upload(report_id).outcome == NO_REPORT
    assert client.fileinfo(documents.details(report_id, file_id)).outcome == NO_REPORT
    assert client.ledger_report(report_id)["state"] == "expired"


@pytest.mark.parametrize("change", ["upload", "fileinfo"])
def test_a_change_late_in_the_day_gives_one_more_hour(
    client: Client, documents: type[Documents], clock: Clock, change: str
) -> None:
    report_id = client.open_report(documents.report())
    file_id = client.upload(report_id).text("fileId")
    clock.advance(hours=23, minutes=50)
    changed = client.upload(report_id) if change == "upload" else client.fileinfo(documents.details(report_id, file_id))
    assert changed.outcome == OK
    clock.advance(minutes=59, seconds=59)
    assert client.ledger_report(report_id)["state"] == "open"
    clock.advance(seconds=1)
    assert client.ledger_report(report_id)["state"] == "expired"
    assert client.ledger_report(report_id)["closed"] == "2026-03-02T12:50:00Z"


def test_a_refused_change_gives_no_more_time(client: Client, documents: type[Documents], clock: Clock) -> None:
    report_id = client.open_report(documents.report())
    clock.advance(hours=23, minutes=59)
    assert client.upload(report_id, b"").code == 4200
    assert client.fileinfo(documents.details(report_id, "0" * 32)).outcome == NO_FILE
    clock.advance(minutes=1)
    assert client.finish(report_id).outcome == NO_REPORT


def test_finished_and_retracted_reports_do_not_expire(client: Client, documents: type[Documents], clock: Clock) -> None:
    finished, retracted = (client.open_report(documents.report()) for _ in range(2))
    client.finish(finished)
    client.retract(retracted)
    clock.advance(days=400)
    assert client.finish(finished).outcome == FINISHED
    assert client.finish(retracted).outcome == RETRACTED


def test_any_order_of_calls_agrees_with_a_model(client: Client, clock: Clock, documents: type[Documents]) -> None:
    """Random calls and waits against a model of a few lines."""
    client_type, clock_type = type(client), type(clock)

    class Machine(RuleBasedStateMachine):
        reports = Bundle("reports")

        def __init__(self) -> None:
            super().__init__()
            self.clock = clock_type()
            self.app = create_app(user="provider", password="x", clock=self.clock)
            self.client = client_type(self.app, ("provider", "x"))
            self.states: dict[int, str] = {}
            self.expiry: dict[int, Any] = {}
            self.files: dict[int, list[str]] = {}

        def expected(self, report_id: int) -> tuple[int, int]:
            state = self.states.get(report_id, "unknown")
            if state == "open" and self.clock.now >= self.expiry[report_id]:
                state = self.states[report_id] = "expired"
            outcomes = {"open": OK, "finished": FINISHED, "retracted": RETRACTED}
            return outcomes.get(state, NO_REPORT)

        def changed(self, report_id: int) -> None:
            moved = clock_type(self.clock.now)
            moved.advance(hours=1)
            self.expiry[report_id] = max(self.expiry[report_id], moved.now)

        @rule(target=reports)
        def submit(self) -> int:
            report_id = self.client.open_report(documents.report())
            assert report_id not in self.states
            self.states[report_id] = "open"
            self.files[report_id] = []
            moved = clock_type(self.clock.now)
            moved.advance(hours=24)
            self.expiry[report_id] = moved.now
            return report_id

        @rule(report_id=reports)
        def upload(self, report_id: int) -> None:
            expected = self.expected(report_id)
            reply = self.client.upload(report_id)
            assert reply.outcome == expected
            if expected == OK:
                self.files[report_id].append(reply.text("fileId"))
                self.changed(report_id)

        @rule(report_id=reports, other=reports)
        def describe(self, report_id: int, other: int) -> None:
            expected = self.expected(report_id)
            file_id = self.files[other][0] if self.files[other] else "0" * 32
            if expected == OK and file_id not in self.files[report_id]:
                expected = NO_FILE
            assert self.client.fileinfo(documents.details(report_id, file_id)).outcome == expected
            if expected == OK:
                self.changed(report_id)

        @rule(report_id=reports, end=st.sampled_from(["finish", "retract"]))
        def close(self, report_id: int, end: str) -> None:
            expected = self.expected(report_id)
            reply = self.client.finish(report_id) if end == "finish" else self.client.retract(report_id)
            assert reply.outcome == expected
            if expected == OK:
                self.states[report_id] = "finished" if end == "finish" else "retracted"

        @rule(minutes=st.sampled_from([1, 59, 60, 61, 23 * 60, 24 * 60]))
        def wait(self, minutes: int) -> None:
            self.clock.advance(minutes=minutes)

        @invariant()
        def the_ledger_agrees(self) -> None:
            for report_id in self.states:
                self.expected(report_id)
            shown = {found["id"]: found["state"] for found in self.client.ledger()["reports"]}
            assert shown == self.states

        def teardown(self) -> None:
            self.app.state.store.close()

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
