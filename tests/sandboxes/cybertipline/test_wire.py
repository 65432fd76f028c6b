"""Over real sockets: uvicorn in a thread, ordinary clients, broken connections."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from lxml import etree

from tutela.sandboxes.cybertipline import Fault, Faults, Kind, RunningSandbox, running, serve

if TYPE_CHECKING:
    from tests.sandboxes.cybertipline.conftest import Documents

AUTH = ("provider", "a bridge")
XML = {"Content-Type": "text/xml; charset=utf-8"}


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[RunningSandbox, Faults]]:
    faults = Faults()
    with running(user=AUTH[0], password=AUTH[1], faults=faults) as sandbox:
        yield sandbox, faults


@pytest.fixture
def sandbox(shared: tuple[RunningSandbox, Faults]) -> RunningSandbox:
    return shared[0]


@pytest.fixture
def faults(shared: tuple[RunningSandbox, Faults]) -> Iterator[Faults]:
    yield shared[1]
    shared[1].clear()


@pytest.fixture
def http(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.base_url, auth=AUTH, timeout=10, trust_env=False) as client:
        yield client


def reports(http: httpx.Client, sandbox: RunningSandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get(f"{sandbox.sandbox_url}/ledger.json").json()["reports"]
    return found


def text(response: httpx.Response, path: str) -> str:
    found = etree.fromstring(response.content).findtext(path)
    assert found is not None
    return found


def open_report(http: httpx.Client, documents: type[Documents]) -> str:
    return text(http.post("/submit", content=documents.report(), headers=XML), "reportId")


BROKEN = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


def test_dropped_before_the_effect(
    http: httpx.Client, sandbox: RunningSandbox, faults: Faults, documents: type[Documents]
) -> None:
    before = len(reports(http, sandbox))
    faults.order(Fault(Kind.DROP_BEFORE, frozenset({"submit"})))
    with pytest.raises(BROKEN):
        open_report(http, documents)
    assert len(reports(http, sandbox)) == before
    open_report(http, documents)


def test_dropped_after_the_effect(
    http: httpx.Client, sandbox: RunningSandbox, faults: Faults, documents: type[Documents]
) -> None:
    before = len(reports(http, sandbox))
    faults.order(Fault(Kind.DROP_AFTER, frozenset({"submit", "finish"}), count=2))
    with pytest.raises(BROKEN):
        open_report(http, documents)
    found = reports(http, sandbox)
    assert len(found) == before + 1
    with pytest.raises(BROKEN):
        http.post("/finish", data={"id": str(found[-1]["id"])})
    assert reports(http, sandbox)[-1]["state"] == "finished"
    assert text(http.post("/retract", data={"id": str(found[-1]["id"])}), "responseCode") == "5102"


def test_dropped_in_the_middle_of_a_large_upload(
    http: httpx.Client, sandbox: RunningSandbox, faults: Faults, documents: type[Documents]
) -> None:
    report_id = open_report(http, documents)
    faults.order(Fault(Kind.DROP_BEFORE, frozenset({"upload"})))
    data = b"a bridge" * 1_000_000
    with pytest.raises(BROKEN):
        http.post("/upload", data={"id": report_id}, files={"file": ("b", data)})
    assert reports(http, sandbox)[-1]["files"] == []
    response = http.post("/upload", data={"id": report_id}, files={"file": ("b", data)})
    assert text(response, "responseCode") == "0"


def test_a_dropped_connection_carries_not_one_byte(sandbox: RunningSandbox, faults: Faults) -> None:
    faults.order(Fault(Kind.DROP_AFTER, frozenset({"status"})))
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as connection:
        token = b64encode(":".join(AUTH).encode()).decode()
        connection.sendall(f"GET /ispws/status HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {token}\r\n\r\n".encode())
        try:
            received = connection.recv(1)
        except ConnectionResetError:
            received = b""
    assert received == b""


def test_latency_makes_a_client_give_up_after_the_effect(
    http: httpx.Client, sandbox: RunningSandbox, faults: Faults, documents: type[Documents]
) -> None:
    before = len(reports(http, sandbox))
    faults.order(Fault(Kind.LATENCY, frozenset({"submit"}), seconds=0.4))
    with pytest.raises(httpx.ReadTimeout):
        http.post("/submit", content=documents.report(), headers=XML, timeout=0.1)
    assert len(reports(http, sandbox)) == before + 1


def test_latency_makes_a_client_give_up_before_the_effect(
    http: httpx.Client, sandbox: RunningSandbox, faults: Faults, documents: type[Documents]
) -> None:
    before = len(reports(http, sandbox))
    faults.order(Fault(Kind.LATENCY_BEFORE, frozenset({"submit"}), seconds=0.3))
    with pytest.raises(httpx.ReadTimeout):
        http.post("/submit", content=documents.report(), headers=XML, timeout=0.1)
    time.sleep(0.4)
    assert len(reports(http, sandbox)) == before


def test_an_upload_that_the_client_breaks_off_leaves_nothing(
    http: httpx.Client, sandbox: RunningSandbox, documents: type[Documents]
) -> None:
    report_id = open_report(http, documents)

    def body() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n' + report_id.encode()
        yield b'\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\na bri'
        raise InterruptedError

    with pytest.raises(InterruptedError):
        http.post("/upload", content=body(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert reports(http, sandbox)[-1]["files"] == []
    assert text(http.post("/finish", data={"id": report_id}), "responseCode") == "0"


def test_many_clients_at_once(sandbox: RunningSandbox, documents: type[Documents]) -> None:
    def whole(_number: int) -> tuple[str, str]:
        with httpx.Client(base_url=sandbox.base_url, auth=AUTH, timeout=30, trust_env=False) as client:
            report_id = open_report(client, documents)
            client.post("/upload", data={"id": report_id}, files={"file": ("b", b"a bridge" * 50_000)})
            return report_id, text(client.post("/finish", files={"id": (None, report_id)}), "files/fileId")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(whole, range(40)))
    assert len({report for report, _ in found}) == len({file for _, file in found}) == 40


def test_two_finishes_at_once_give_one_success(
    http: httpx.Client, sandbox: RunningSandbox, documents: type[Documents]
) -> None:
    report_id = open_report(http, documents)
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(
            lambda _: httpx.post(f"{sandbox.base_url}/finish", data={"id": report_id}, auth=AUTH), range(8)
        )
    assert sorted(text(answer, "responseCode") for answer in answers) == ["0"] + ["5102"] * 7


def test_the_standard_library_as_a_client(sandbox: RunningSandbox, documents: type[Documents]) -> None:
    token = b64encode(":".join(AUTH).encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Content-Type": "text/xml"}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    good = urllib.request.Request(f"{sandbox.base_url}/submit", documents.report(), headers)  # noqa: S310
    with opener.open(good) as response:
        assert etree.fromstring(response.read()).findtext("responseCode") == "0"
    bad = urllib.request.Request(f"{sandbox.base_url}/submit", b"<report/>", headers)  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as error:
        opener.open(bad)
    with error.value:
        assert error.value.code == 400


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_as_a_client(sandbox: RunningSandbox, documents: type[Documents], tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_bytes(documents.report())
    (tmp_path / "b.jpg").write_bytes(b"a bridge" * 300_000)

    def curl(endpoint: str, *options: str) -> etree._Element:
        command = ["curl", "-sS", "--noproxy", "*", "-u", ":".join(AUTH), *options]
        done = subprocess.run(
            [*command, f"{sandbox.base_url}/{endpoint}"], capture_output=True, check=True, cwd=tmp_path
        )
        return etree.fromstring(done.stdout)

    # --data-binary of more than a megabyte makes curl wait for "100 Continue".
    opened = curl("submit", "-H", "Content-Type: text/xml; charset=utf-8", "--data-binary", "@report.xml")
    report_id = opened.findtext("reportId")
    uploaded = curl("upload", "-F", f"id={report_id}", "-F", "file=@b.jpg")
    assert uploaded.findtext("responseCode") == "0"
    assert curl("finish", "-F", f"id={report_id}").findtext("files/fileId") == uploaded.findtext("fileId")
    assert curl("retract", "-d", f"id={report_id}").findtext("responseCode") == "5102"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.org", "", "127.0.0.1.example.org"])  # noqa: S104
def test_only_loopback_addresses(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        serve(host=host, port=0, user="u", password="x")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_serve_tells_its_port_and_prints_nothing(
    host: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], documents: type[Documents]
) -> None:
    ports: list[int] = []
    ready = threading.Event()

    def on_ready(port: int) -> None:
        ports.append(port)
        ready.set()

    # serve() ends with the process; a daemon thread stands for one.
    options = {"user": AUTH[0], "password": AUTH[1], "store_path": tmp_path / "sandbox.sqlite"}
    threading.Thread(
        target=serve, kwargs={"host": host, "port": 0, "on_ready": on_ready, **options}, daemon=True
    ).start()
    assert ready.wait(20)
    with httpx.Client(base_url=f"http://127.0.0.1:{ports[0]}/ispws", auth=AUTH, trust_env=False) as client:
        response = client.post("/submit", content=documents.report(), headers=XML)
        assert response.headers["Request-ID"]
        assert "server" not in response.headers
        assert text(response, "responseCode") == "0"
        assert client.get("/status", auth=("provider", "wrong")).content == b""
    assert capfd.readouterr() == ("", "")


def test_dropping_prints_nothing(http: httpx.Client, faults: Faults, capfd: pytest.CaptureFixture[str]) -> None:
    faults.order(Fault(Kind.DROP_BEFORE, frozenset({"status"})))
    faults.order(Fault(Kind.DROP_AFTER, frozenset({"status"})))
    for _ in range(2):
        with pytest.raises(BROKEN):
            http.get("/status")
    assert http.get("/status").status_code == 200
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("reason", ["credentials", "fault"])
def test_an_early_answer_reaches_a_client_that_is_still_sending(
    http: httpx.Client, faults: Faults, reason: str
) -> None:
    auth = AUTH if reason == "fault" else (AUTH[0], "wrong")
    if reason == "fault":
        faults.order(Fault(Kind.ERROR_BEFORE, frozenset({"upload"}), status=503))
    files = {"file": ("b", b"a bridge" * 2_000_000)}
    response = http.post("/upload", data={"id": "1"}, files=files, auth=auth)
    assert response.status_code == (503 if reason == "fault" else 401)
