"""Both clients, by one contract, against the sandbox over HTTP."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import pytest

from tests.referral.cybertipline.doors import KINDS, Door, a_report, door
from tutela.referral.cybertipline.codes import Code
from tutela.referral.cybertipline.errors import (
    BY_CODE,
    AlreadyFinished,
    AlreadyRetracted,
    CyberTiplineError,
    InvalidDocument,
    NoAnswer,
    NoSuchFile,
    NoSuchReport,
    NotAuthenticated,
    Retry,
    UnclearAnswer,
    UnknownCode,
    WrongDigest,
    WrongReceipt,
)
from tutela.referral.cybertipline.schema import FileDetails, PersonOrUserReported
from tutela.referral.cybertipline.target import CyberTiplineSettings, WrongTarget
from tutela.referral.cybertipline.uploads import Chunks
from tutela.sandboxes.cybertipline import Body, Fault, Faults, Kind, RunningSandbox, running

DATA = b"a bridge over a river " * 10_000
MD5 = hashlib.md5(DATA).hexdigest()


@dataclass
class Service:
    sandbox: RunningSandbox
    faults: Faults

    @property
    def settings(self) -> CyberTiplineSettings:
        return CyberTiplineSettings(url=self.sandbox.base_url)

    def ledger(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.sandbox.sandbox_url}/ledger.json", auth=("sandbox", "sandbox")).json()
        return found


@pytest.fixture(scope="module")
def running_service() -> Iterator[Service]:
    faults = Faults()
    with running(user="sandbox", password="sandbox", faults=faults) as sandbox:
        yield Service(sandbox, faults)


@pytest.fixture
def service(running_service: Service) -> Iterator[Service]:
    yield running_service
    running_service.faults.clear()


@pytest.fixture(params=KINDS)
def client(request: pytest.FixtureRequest, service: Service) -> Iterator[Door]:
    with door(request.param, service.settings) as opened:
        yield opened


def test_the_whole_api(client: Door, service: Service, tmp_path: Path) -> None:
    assert "sandbox" in client.status().description
    assert b"reportDoneResponse" in client.xsd().document
    opened = client.submit(a_report())
    (tmp_path / "bridge.jpg").write_bytes(DATA)
    uploaded = client.upload(opened.report_id, tmp_path / "bridge.jpg")
    assert uploaded.md5 == MD5
    details = FileDetails(report_id=opened.report_id, file_id=uploaded.file_id, original_file_name="bridge.jpg")
    done = client.file_info(details)
    finished = client.finish(opened.report_id, [uploaded.file_id])
    assert (finished.report_id, finished.file_ids) == (opened.report_id, (uploaded.file_id,))
    (report,) = [r for r in service.ledger()["reports"] if r["id"] == opened.report_id]
    assert (report["state"], [f["md5"] for f in report["files"]]) == ("finished", [MD5])
    assert report["files"][0]["name"] == "bridge.jpg"
    ids = [one.request_id for one in (opened, uploaded, done, finished)]
    assert len({i for i in ids if i}) == 4
    with pytest.raises(AlreadyFinished) as refused:
        client.retract(opened.report_id)
    assert (refused.value.code, refused.value.retry, bool(refused.value.request_id)) == (5102, Retry.NEVER, True)


def test_a_retracted_report_is_gone(client: Door) -> None:
    number = client.submit(a_report()).report_id
    client.retract(number)
    for call in (client.retract, client.finish):
        with pytest.raises((AlreadyRetracted, NoSuchReport)) as gone:
            call(number)
        assert gone.value.retry is Retry.ANEW


def half_read(path: Path) -> BinaryIO:
    file = path.open("rb")
    assert len(file.read(9)) == 9
    return file


SOURCES: dict[str, Callable[[Path], Any]] = {
    "bytes": lambda _: DATA,
    "a path": lambda path: path,
    "the text of a path": str,
    "a file": lambda path: path.open("rb"),
    "a file read half": half_read,
    "memory": lambda _: io.BytesIO(DATA),
    "chunks of a known size": lambda _: Chunks(lambda: iter([DATA[:7], b"", DATA[7:]]), len(DATA)),
    "chunks of an unknown size": lambda _: Chunks(lambda: iter([b"", DATA[:7], DATA[7:]])),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_file_comes_from_anywhere_and_again(
    name: str, client: Door, service: Service, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "bridge.jpg"
    path.write_bytes(DATA)
    source = SOURCES[name](path)
    if hasattr(source, "close"):
        request.addfinalizer(source.close)
    number = client.submit(a_report()).report_id
    service.faults.order(Fault(Kind.DROP_AFTER, frozenset({"upload"})))
    with pytest.raises(NoAnswer) as lost:
        client.upload(number, source, "x")
    assert lost.value.retry is Retry.ASK
    assert client.upload(number, source, "x").md5 == MD5
    client.retract(number)


NAMES = ['a"b', "a\r\nX: y", "å.jpg", "a/b\\c", "\ud800", "x" * 5000, "a; filename=b", "%22"]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_breaks_the_form(name: str, client: Door, service: Service) -> None:
    number = client.submit(a_report()).report_id
    assert client.upload(number, DATA, name).md5 == MD5
    (report,) = [r for r in service.ledger()["reports"] if r["id"] == number]
    assert len(report["files"]) == 1
    client.retract(number)


@pytest.mark.parametrize("source", [b"", io.BytesIO(b""), Chunks(lambda: iter(())), Chunks(lambda: [b""])])
def test_nothing_is_not_uploaded(source: Any, client: Door) -> None:
    number = client.submit(a_report()).report_id
    with pytest.raises(ValueError, match="nothing to upload"):
        client.upload(number, source)
    client.retract(number)


def test_a_stream_that_was_spent_is_not_sent_again_as_nothing(client: Door) -> None:
    number = client.submit(a_report()).report_id
    spent = iter([DATA])
    source = Chunks(lambda: spent)
    assert client.upload(number, source).md5 == MD5
    with pytest.raises(ValueError, match="nothing to upload"):
        client.upload(number, source)
    client.retract(number)


def breaking() -> Iterator[bytes]:
    yield DATA
    raise OSError("the disk is gone")


LYING: dict[str, tuple[Chunks, type[Exception]]] = {
    "it breaks": (Chunks(breaking), OSError),
    "it breaks, of a known size": (Chunks(breaking, 2 * len(DATA)), OSError),
    "it is shorter": (Chunks(lambda: [DATA], len(DATA) + 1), ValueError),
    "it is longer": (Chunks(lambda: [DATA, b"x"], len(DATA)), ValueError),
}


@pytest.mark.parametrize("name", LYING)
def test_a_file_that_is_not_what_it_said(name: str, client: Door, service: Service) -> None:
    source, kind = LYING[name]
    number = client.submit(a_report()).report_id
    with pytest.raises(kind):
        client.upload(number, source)
    uploaded = client.upload(number, DATA)
    assert client.finish(number, [uploaded.file_id]).file_ids == (uploaded.file_id,)


def test_a_file_that_cannot_be_read(client: Door, tmp_path: Path) -> None:
    number = client.submit(a_report()).report_id
    with pytest.raises(FileNotFoundError):
        client.upload(number, tmp_path / "nowhere")
    client.retract(number)


@pytest.mark.parametrize("code", [code for code in Code if code is not Code.OK])
@pytest.mark.parametrize("endpoint", ["submit", "finish"])
def test_every_code_is_an_error_of_its_own(code: Code, endpoint: str, client: Door, service: Service) -> None:
    number = client.submit(a_report()).report_id
    service.faults.order(Fault(Kind.ERROR_BEFORE, frozenset({endpoint}), code=code, status=400))
    with pytest.raises(CyberTiplineError) as failed:
        client.submit(a_report()) if endpoint == "submit" else client.finish(number)
    error = failed.value
    assert (type(error), error.code, error.status) == (BY_CODE[code], code, 400)
    assert error.request_id
    assert error.request_id in str(error)
    expected = Retry.ASK if code < 2000 and code != Code.NOT_FOUND else Retry.NEVER
    assert error.retry is (Retry.ANEW if code in (5001, 5002, 5101) else expected)


@pytest.mark.parametrize(
    ("fault", "kind", "retry"),
    [
        (Fault(Kind.DROP_BEFORE), NoAnswer, Retry.ASK),
        (Fault(Kind.DROP_AFTER), NoAnswer, Retry.ASK),
        (Fault(Kind.ERROR_BEFORE, body=Body.HTML, status=502), UnclearAnswer, Retry.ASK),
        (Fault(Kind.ERROR_BEFORE, body=Body.EMPTY, status=429), UnclearAnswer, Retry.ASK),
        (Fault(Kind.ERROR_AFTER, body=Body.EMPTY, status=200), UnclearAnswer, Retry.ASK),
        (Fault(Kind.ERROR_BEFORE, body=Body.HTML, status=404), UnclearAnswer, Retry.NEVER),
        (Fault(Kind.WRONG_CODE, code=9999), UnknownCode, Retry.NEVER),
        (Fault(Kind.WRONG_CODE, code=9999, status=503), UnknownCode, Retry.ASK),
        (Fault(Kind.WRONG_CODE, code=0, status=500), UnknownCode, Retry.ASK),
        (Fault(Kind.EXPIRE), NoSuchReport, Retry.ANEW),
    ],
)
def test_faults(fault: Fault, kind: type[CyberTiplineError], retry: Retry, client: Door, service: Service) -> None:
    number = client.submit(a_report()).report_id
    service.faults.order(fault)
    with pytest.raises(kind) as failed:
        client.finish(number)
    assert failed.value.retry is retry
    assert (failed.value.request_id is None) == (kind is NoAnswer)


def test_a_file_that_did_not_arrive_whole(client: Door, service: Service) -> None:
    number = client.submit(a_report()).report_id
    service.faults.order(Fault(Kind.WRONG_HASH))
    with pytest.raises(WrongDigest):
        client.upload(number, DATA)
    with pytest.raises(NoSuchFile):
        client.file_info(FileDetails(report_id=number, file_id="0" * 32))


def test_the_receipt_must_name_the_files(client: Door) -> None:
    number = client.submit(a_report()).report_id
    client.upload(number, DATA)
    with pytest.raises(WrongReceipt):
        client.finish(number, ["0" * 32])


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_password(kind: str, service: Service) -> None:
    wrong = CyberTiplineSettings(url=service.sandbox.base_url, password="wrong")
    with door(kind, wrong) as client, pytest.raises(NotAuthenticated) as refused:
        client.submit(a_report())
    assert (refused.value.code, refused.value.status, refused.value.retry) == (2000, 401, Retry.NEVER)


@pytest.mark.parametrize("kind", KINDS)
def test_an_incident_of_the_future_is_not_sent(kind: str, service: Service) -> None:
    before = len(service.ledger()["reports"])
    earlier = door(kind, service.settings, clock=lambda: datetime(2024, 12, 31, tzinfo=UTC))
    with earlier as client, pytest.raises(ValueError, match="past"):
        client.submit(a_report())
    assert len(service.ledger()["reports"]) == before
    ahead = a_report().incident_summary.model_copy(update={"incident_date_time": datetime(8000, 1, 1, tzinfo=UTC)})
    later = door(kind, service.settings, clock=lambda: datetime(9000, 1, 1, tzinfo=UTC))
    with later as client, pytest.raises(InvalidDocument, match="line 2, column"):
        client.submit(a_report(incident_summary=ahead))


def test_an_earlier_report_that_the_service_does_not_know(client: Door) -> None:
    with pytest.raises(CyberTiplineError) as refused:
        client.submit(a_report(person_or_user_reported=(PersonOrUserReported(prior_ct_reports=(7,)),)))
    assert refused.value.code


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_there(kind: str) -> None:
    with door(kind, CyberTiplineSettings(url="http://127.0.0.1:9/ispws")) as client, pytest.raises(NoAnswer):
        client.status()


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://127.0.0.1.example.test/ispws", "sandbox"),
        ("http://127.0.0.1:8640/ispws", "production"),
        ("https://reports.example.test/ispws", "production"),
        ("http://127.0.0.1:8640/ispws", "live"),
    ],
)
def test_nothing_but_the_sandbox_without_saying_so(url: str, target: str) -> None:
    with pytest.raises(WrongTarget):
        CyberTiplineSettings(url=url, target=target)
    assert CyberTiplineSettings().url.startswith("http://127.0.0.1:")
    assert "hidden" not in repr(CyberTiplineSettings(password="hidden"))
