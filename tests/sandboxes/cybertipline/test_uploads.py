"""Files on their way in."""

from __future__ import annotations

import asyncio
import hashlib
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutela.sandboxes.cybertipline import Limits, create_app

if TYPE_CHECKING:
    from tests.sandboxes.cybertipline.conftest import Client, Documents

BOUNDARY = "a-bridge"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(name: str, content: bytes, extra: str = "") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=3000) | st.just(b"\r\n--a-bridge\r\n" * 3))
def test_the_hash_is_of_the_bytes_sent(client: Client, documents: type[Documents], data: bytes) -> None:
    report_id = client.open_report(documents.report())
    reply = client.upload(report_id, data)
    assert reply.text("hash") == hashlib.md5(data).hexdigest()
    (file,) = client.ledger_report(report_id)["files"]
    assert (file["id"], file["md5"], file["size"], file["fileinfo"]) == (
        reply.text("fileId"),
        reply.text("hash"),
        len(data),
        [],
    )


@pytest.mark.parametrize("order", ["id first", "file first"])
def test_the_parts_come_in_any_order(client: Client, documents: type[Documents], order: str) -> None:
    report_id = client.open_report(documents.report())
    parts = [part("id", str(report_id).encode()), part("file", b"a bridge", '; filename="b.jpg"')]
    body = b"".join(parts if order == "id first" else reversed(parts)) + END
    assert client.call("POST", "upload", content=body, headers=MULTIPART).outcome == (200, 0)


def test_bad_forms_are_refused_and_leave_nothing(client: Client, documents: type[Documents]) -> None:
    report_id = client.open_report(documents.report())
    number, file = part("id", str(report_id).encode()), part("file", b"a bridge", '; filename="b"')
    bodies = {
        "no file": number + END,
        "cut off in the file": (number + file)[:-4],
        "cut off before the end": number + file,
        "two files": number + file + file + END,
        "two ids": number + number + file + END,
        "no name": f"--{BOUNDARY}\r\nContent-Type: text/plain\r\n\r\nx\r\n".encode() + number + file + END,
        "many parts": b"".join(part(f"x{i}", b"") for i in range(30)) + number + file + END,
        "huge field": part("x", b"x" * 100_000) + number + file + END,
        "no multipart": b"a bridge",
        "nothing": b"",
    }
    for name, body in bodies.items():
        reply = client.call("POST", "upload", content=body, headers=MULTIPART)
        assert reply.outcome == (400, 4000), name
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=", "image/jpeg"):
        reply = client.call("POST", "upload", content=b"x", headers={"Content-Type": content_type})
        assert reply.outcome == (400, 4000), content_type
    assert client.ledger_report(report_id)["files"] == []


def test_an_empty_file_is_refused(client: Client, documents: type[Documents]) -> None:
    report_id = client.open_report(documents.report())
    assert client.upload(report_id, b"").outcome == (400, 4200)
    assert client.ledger_report(report_id)["files"] == []


def test_kept_files(client: Client, documents: type[Documents], tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    app = create_app(user="u", password="x", keep_files=kept, limits=Limits(file=100))
    keeping = type(client)(app, ("u", "x"))
    report_id = keeping.open_report(documents.report())
    reply = keeping.upload(report_id, b"a bridge")
    assert (kept / reply.text("fileId")).read_bytes() == b"a bridge"
    assert keeping.upload(report_id, b"x" * 100).outcome == (200, 0)
    assert keeping.upload(report_id, b"x" * 101).outcome == (400, 1111)
    assert keeping.upload(report_id, b"").code == 4200
    assert keeping.upload(1, b"a bridge").code == 5001
    cut_off = part("file", b"a bridge")[:-5]
    assert keeping.call("POST", "upload", content=cut_off, headers=MULTIPART).code == 4000
    assert len(list(kept.iterdir())) == 2
    app.state.store.close()


def test_nothing_is_written_by_default(
    client: Client, documents: type[Documents], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert client.upload(client.open_report(documents.report()), b"x" * 3_000_000).outcome == (200, 0)
    assert list(tmp_path.iterdir()) == []


def test_a_large_file_is_never_whole_in_memory(client: Client, documents: type[Documents], tmp_path: Path) -> None:
    app = create_app(user="u", password="x", keep_files=tmp_path)
    report_id = type(client)(app, ("u", "x")).open_report(documents.report())
    chunk, count = b"a bridge" * 8192, 512

    async def body() -> AsyncIterator[bytes]:
        yield part("id", str(report_id).encode())
        yield part("file", b"", '; filename="b"')[:-2]
        for _ in range(count):
            yield chunk
        yield b"\r\n" + END

    async def send() -> tuple[httpx.Response, int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as sender:
            tracemalloc.start()
            response = await sender.post("/ispws/upload", content=body(), headers=MULTIPART, auth=("u", "x"))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return response, peak

    response, peak = asyncio.run(send())
    assert response.status_code == 200
    (kept,) = tmp_path.iterdir()
    assert kept.stat().st_size == len(chunk) * count == 32 * 1024 * 1024
    assert peak < 4 * 1024 * 1024
    app.state.store.close()
