"""What people send to break a decoder, through `tutela scan` and `POST /v1/items`: one outcome each, and no harm."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from bench.malformed.sources import sources
from tests.commands import Tutela
from tests.content.pictures import encoded, texture
from tests.web.client import TestClient
from tests.web.scene import build
from tutela.web.app import create_app

PICTURE = texture(320, 240)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, packed: bytes) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _tiff(width: int, height: int, packed: bytes) -> bytes:
    """A TIFF of one strip, packed by Deflate."""
    tags = [
        (256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 8), (262, 3, 1), (273, 4, 200), (277, 3, 1),
        (278, 4, height), (279, 4, len(packed)),
    ]  # fmt: skip
    body = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", t, k, 1, v) for t, k, v in tags) + bytes(4)
    return (b"II*\0" + struct.pack("<I", 8) + body).ljust(200, b"\0") + packed


def _webp() -> bytes:
    """A small WebP whose header says that it is as large as one can be: 16,383 pixels each way."""
    data = bytearray(encoded(PICTURE, "WEBP", lossless=True))
    at = data.index(b"VP8L") + 9
    data[at : at + 4] = (int.from_bytes(data[at : at + 4], "little") & 0xF0000000 | 0xFFF_FFFE).to_bytes(4, "little")
    return bytes(data)


def _gif_and_zip() -> bytes:
    stream = io.BytesIO(encoded(PICTURE, "GIF"))
    stream.seek(0, io.SEEK_END)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("a.txt", "x" * 1000)
    return stream.getvalue()


def _video_without_index() -> bytes:
    """An MP4 whose tables of samples are written over."""
    data = bytearray(sources(3)["mp4"])
    for table in (b"stco", b"stsz", b"stsc"):
        at = data.find(table)
        assert at > 0
        data[at + 8 : at + 24] = b"\xff" * 16
    return bytes(data)


ATTACKS: Mapping[str, tuple[bytes, set[str]]] = {
    "zero-byte.jpg": (b"", {"undecodable"}),
    "truncated.jpg": (encoded(PICTURE, "JPEG")[:3000], {"undecodable"}),
    "truncated.png": (encoded(PICTURE, "PNG")[:3000], {"undecodable"}),
    "bomb.png": (_png(50_000, 50_000, zlib.compress(bytes(10_000_000))), {"over_limit"}),
    "bomb-within.png": (_png(64, 64, zlib.compress(bytes(200_000_000), 1)), {"clean", "undecodable"}),
    "bomb.tiff": (_tiff(60_000, 60_000, zlib.compress(bytes(10_000_000))), {"over_limit"}),
    "bomb-within.tiff": (_tiff(64, 64, zlib.compress(bytes(200_000_000), 1)), {"clean", "undecodable"}),
    "bomb.webp": (_webp(), {"over_limit"}),
    "absurd.png": (_png(0x7FFFFFFF, 0x7FFFFFFF, zlib.compress(b"x")), {"over_limit", "undecodable"}),
    "no-width.png": (_png(0, 100, zlib.compress(b"x")), {"undecodable"}),
    "absurd.tiff": (_tiff(0xFFFFFFFF, 0xFFFFFFFF, b"x"), {"over_limit", "undecodable"}),
    "gif-and-zip.gif": (_gif_and_zip(), {"clean"}),
    "jpeg-and-pdf.pdf": (encoded(PICTURE, "JPEG") + b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", {"clean"}),
    "pdf-name-jpeg-bytes.pdf": (encoded(PICTURE, "JPEG"), {"clean"}),
    "no-index.mp4": (_video_without_index(), {"unsupported", "undecodable", "clean"}),
}


def test_a_scan_gives_each_one_outcome_and_finds_what_is_listed_by_its_bytes(tmp_path: Path, listing: Tutela) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    for name, (data, _) in ATTACKS.items():
        (folder / name).write_bytes(data)
    (folder / "link.jpg").symlink_to("/etc/hostname")
    listed = hashlib.sha256(ATTACKS["truncated.jpg"][0]).hexdigest()
    (tmp_path / "known.txt").write_text(f"{listed}\n")
    assert listing("hashlist", "create", "known", "--owner", "o", "--source", "s", "--jurisdiction", "SE").code == 0
    assert listing("hashlist", "import", "known", str(tmp_path / "known.txt"), "--kind", "sha256").code == 0
    ran = listing("scan", str(folder), "--json", "--jobs", "2")
    assert ran.code == 0, ran.err
    *items, summary = ran.lines
    found = {Path(one["path"]).name: one["outcome"] for one in items}
    assert found.pop("link.jpg") == "unsupported"
    # A decoder that fails hides nothing: the digest alone was enough.
    assert found.pop("truncated.jpg") == "match"
    assert {name: outcome for name, outcome in found.items() if outcome not in ATTACKS[name][1]} == {}
    assert summary["items"] == len(ATTACKS) + 1 == sum(summary["outcomes"].values())
    assert all(one["reason"] for one in items if one["outcome"] in ("undecodable", "over_limit", "unsupported"))


def test_the_server_answers_each_and_goes_on(tmp_path: Path) -> None:
    scene = build(tmp_path / "data")
    try:
        key = {"Authorization": f"Bearer {scene.place.people.create_key('platform', ['items'])}"}
        with TestClient(create_app(scene.place, dispatch=False), base_url="http://127.0.0.1") as client:
            for number, (name, (data, outcomes)) in enumerate(ATTACKS.items()):
                told = {"service": "chat", "item_id": str(number)}
                answer = client.post(
                    "/v1/items", headers=key, files={"file": (name, data)}, data={"item": json.dumps(told)}
                )
                assert answer.status_code == 200, name
                assert answer.json()["outcome"] in outcomes, name
        assert scene.place.workers.counts.items >= len(ATTACKS)
        assert not scene.place.workers.counts.lost
    finally:
        scene.place.close()
