"""The command as it is typed: exit codes, messages by line, JSON fields, and every file one outcome."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sqlite3
import struct
import subprocess
import time
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.main import get_command
from typer.testing import CliRunner

from tests.commands import TUTELA, InProcess, Ran, Tutela
from tests.databases import REPORTER
from tests.rig import known_of, picture
from tutela.cli.main import app


@pytest.fixture
def tutela(tmp_path: Path, _sqlite_template: Path) -> Tutela:
    folder = tmp_path / "installation"
    folder.mkdir(mode=0o700)
    shutil.copy(_sqlite_template, folder / "tutela.sqlite")
    (folder / "tutela.toml").write_text(REPORTER, "utf-8")
    return InProcess(folder)


def made(tutela: Tutela, name: str = "known") -> None:
    ran = tutela("hashlist", "create", name, "--owner", "O", "--source", "S", "--jurisdiction", "SE")
    assert (ran.code, ran.err) == (0, "")


def sha256(seed: int) -> str:
    found = known_of(picture(seed)).upright("sha256")
    assert found is not None
    return found.hex


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


# Help


def commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]

    def walk(command: object, path: tuple[str, ...]) -> None:
        for name, inner in getattr(command, "commands", {}).items():
            found.append((*path, name))
            walk(inner, (*path, name))

    walk(get_command(app), ())
    return found


def test_every_command_explains_itself() -> None:
    names = commands()
    assert len(names) > 30
    for path in names:
        result = CliRunner().invoke(app, [*path, "--help"])
        assert result.exit_code == 0, path
        assert "Usage" in result.output
        assert len(result.output.splitlines()) > 5


# Hash lists


def test_import_of_good_rows(tutela: Tutela, tmp_path: Path) -> None:
    made(tutela)
    path = written(tmp_path, "l.csv", f"kind,value,verified_by\nsha256,{sha256(0)},One;Two\nsha256,{sha256(1)},\n")
    ran = tutela("hashlist", "import", "known", path)
    assert (ran.code, ran.out) == (0, "known: 2 rows, 2 entries added, 0 there already, 0 rows refused\n")
    ran = tutela("hashlist", "import", "known", path, "--json")
    (line,) = ran.lines
    assert line == {
        "list": "known", "rows": 2, "added": 0, "already_there": 2, "rejected": [], "rejected_rows": 0
    }  # fmt: skip


def test_import_refuses_bad_rows_by_line(tutela: Tutela, tmp_path: Path) -> None:
    made(tutela)
    path = written(tmp_path, "l.csv", f"kind,value\nsha256,{sha256(0)}\nsha256,xyz\nmd6,00\n")
    ran = tutela("hashlist", "import", "known", path)
    assert ran.code == 3
    assert f"{path}:3: " in ran.err
    assert f"{path}:4: " in ran.err
    assert "Nothing was imported" in ran.err
    assert tutela("hashlist", "show", "known", "--json").lines[0]["entries"] == {}
    ran = tutela("hashlist", "import", "known", path, "--good-rows", "--json")
    assert ran.code == 3
    assert (ran.lines[0]["added"], [r["line"] for r in ran.lines[0]["rejected"]]) == (1, [3, 4])


@pytest.mark.parametrize(
    ("name", "content"),
    [("l.csv", b"colour,size\nred,1\n"), ("l.json", b"{"), ("l.txt", b"ok\n\xff\xfe\n"), ("l.json", b"3")],
)
def test_import_of_files_that_are_none(tutela: Tutela, tmp_path: Path, name: str, content: bytes) -> None:
    made(tutela)
    path = tmp_path / name
    path.write_bytes(content)
    ran = tutela("hashlist", "import", "known", path)
    assert ran.code == 2
    assert str(path) in ran.err


def test_import_into_or_from_what_is_not_there(tutela: Tutela, tmp_path: Path) -> None:
    assert tutela("hashlist", "import", "nowhere", tmp_path / "no").code == 2
    path = written(tmp_path, "l.txt", sha256(0))
    ran = tutela("hashlist", "import", "nowhere", path)
    assert (ran.code, "none yet" in ran.err) == (1, True)
    made(tutela)
    assert "known" in tutela("hashlist", "import", "nowhere", path).err


def test_import_from_standard_input(tutela: Tutela) -> None:
    made(tutela)
    ran = tutela("hashlist", "import", "known", "-", "--kind", "sha256", stdin=f"{sha256(0)}\n".encode())
    assert (ran.code, "1 entries added" in ran.out) == (0, True)


@pytest.mark.parametrize("format_", ["csv", "json", "jsonl"])
def test_export_and_import_again(tutela: Tutela, tmp_path: Path, format_: str) -> None:
    made(tutela)
    made(tutela, "copy")
    rows = [
        {
            "kind": "sha256",
            "value": sha256(0),
            "classification": "A1",
            "verified_by": ["Ö, One", "Two"],
            "reference": "r,1",
        },
        {"kind": "pdq", "value": "0f" * 32, "verified_by": [], "reference": '"quoted"'},
        {"kind": "md5", "value": "ab" * 16},
    ]
    path = written(tmp_path, "l.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert tutela("hashlist", "import", "known", path).code == 0
    out = tmp_path / f"out.{format_}"
    assert tutela("hashlist", "export", "known", "-o", out, "--format", format_).code == 0
    assert tutela("hashlist", "import", "copy", out).code == 0

    def exported(name: str) -> list[dict[str, object]]:
        lines = tutela("hashlist", "export", name, "--format", "jsonl").lines
        return [{k: v for k, v in line.items() if k != "added_at"} for line in lines]

    assert exported("copy") == exported("known")
    assert len(exported("copy")) == 3


def test_lists_are_switched(tutela: Tutela, tmp_path: Path) -> None:
    made(tutela)
    tutela("hashlist", "import", "known", written(tmp_path, "l.txt", f"sha256:{sha256(0)}\n"))
    assert tutela("hashlist", "disable", "known").code == 0
    assert tutela("hashlist", "show", "--json").lines[0]["enabled"] is False
    assert tutela("hashlist", "disable", "known", "--entry", "77").code == 1
    assert tutela("hashlist", "create", "known", "--owner", "O", "--source", "S", "--jurisdiction", "SE").code == 1
    assert tutela("hashlist", "create", "K!", "--owner", "O", "--source", "S", "--jurisdiction", "SE").code == 2


def test_a_removed_entry_is_shown_and_comes_back(tutela: Tutela, tmp_path: Path) -> None:
    made(tutela)
    path = written(tmp_path, "l.txt", f"sha256:{sha256(0)}\nsha256:{sha256(1)}\n")
    assert tutela("hashlist", "import", "known", path).code == 0
    assert tutela("hashlist", "remove", "known", "--entry", "1", now="2026-03-01T12:00:00Z").code == 0
    assert "removed" in tutela("hashlist", "remove", "known", "--entry", "1").err
    assert tutela("hashlist", "remove", "known").code == 2
    (line,) = tutela("hashlist", "show", "--json").lines
    assert (line["entries"], line["enabled_entries"], line["removed_entries"]) == ({"sha256": 1}, 1, 1)
    assert [row["value"] for row in tutela("hashlist", "export", "known", "--format", "jsonl").lines] == [sha256(1)]
    (one,) = tutela("hashlist", "show", "known", "--entry", "1", "--json").lines
    assert (one["value"], one["removed_at"]) == (sha256(0), "2026-03-01T12:00:00+00:00")
    assert sha256(0) in tutela("hashlist", "show", "--entry", "1").out
    assert tutela("hashlist", "show", "--entry", "77").code == 1
    assert "1 entries added, 1 there already" in tutela("hashlist", "import", "known", path).out
    (one,) = tutela("hashlist", "show", "known", "--entry", "1", "--json").lines
    assert (one["value"], one["removed_at"]) == (sha256(0), None)


def test_a_harmless_list_says_so(tutela: Tutela) -> None:
    made(tutela)
    ran = tutela("hashlist", "create", "ours", "--owner", "O", "--source", "S", "--jurisdiction", "SE", "--harmless")
    assert (ran.code, ran.out) == (0, "created the harmless list ours\n")
    assert {line["list"]: line["role"] for line in tutela("hashlist", "show", "--json").lines} == {
        "known": "match", "ours": "harmless"
    }  # fmt: skip
    assert "harmless" in tutela("hashlist", "show", "ours").out


# Fingerprints


def test_hash_in_json(tutela: Tutela, tmp_path: Path) -> None:
    good, text, bad = tmp_path / "a.png", tmp_path / "t.txt", os.fsencode(tmp_path) + b"/\xff.png"
    good.write_bytes(picture(0))
    text.write_bytes(b"text")
    Path(os.fsdecode(bad)).write_bytes(picture(1))
    ran = tutela("hash", "--json", good, bad)
    assert ran.code == 0
    assert [list(line) for line in ran.lines] == [["path", "md5", "sha256", "pdq", "quality"]] * 2
    assert ran.lines[0]["sha256"] == sha256(0)
    assert os.fsencode(ran.lines[1]["path"]) == bad
    ran = tutela("hash", "--json", text, tmp_path / "none", tmp_path)
    assert ran.code == 3
    assert [line["pdq"] for line in ran.lines] == [None] * 3
    assert ran.lines[0]["md5"] is not None
    assert "unsupported" in ran.lines[0]["error"]
    assert ran.lines[1]["error"] == "no such file"
    assert ran.lines[2]["error"] == "not a regular file"


def test_hash_for_people(tutela: Tutela, tmp_path: Path) -> None:
    bad = os.fsencode(tmp_path) + b"/\xff[bold].png"
    Path(os.fsdecode(bad)).write_bytes(picture(1))
    ran = tutela("hash", bad)
    assert ran.code == 0
    assert "\\udcff[bold].png" in ran.out
    assert tutela("hash").code == 2


def test_what_hash_prints_can_be_imported(tutela: Tutela, tmp_path: Path) -> None:
    made(tutela)
    path = tmp_path / "a.png"
    path.write_bytes(picture(0))
    ran = tutela("hash", "--json", path)
    assert tutela("hashlist", "import", "known", "-", stdin=ran.out.encode()).code == 0
    assert tutela("hashlist", "show", "--json").lines[0]["entries"] == {"md5": 1, "pdq": 1, "sha256": 1}


# Scans


def png_header(width: int, height: int, tail: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR" + header) + tail


def chunk(content: bytes) -> bytes:
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))


def bomb() -> bytes:
    """Return a small file of 13,000 x 13,000 pixels of one colour."""
    stream = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def strange(folder: Path) -> dict[str, str]:
    """Make a folder of strange files; return the outcome that each must have."""
    folder.mkdir()
    grey = io.BytesIO()
    Image.fromarray(np.full((64, 64, 3), 128, dtype=np.uint8)).save(grey, "PNG")
    contents: dict[bytes, tuple[bytes, str]] = {
        b"planted.png": (picture(0), "match"),
        b"planted-named-wrongly.txt": (picture(1), "match"),
        b"no-ending": (picture(2), "match"),
        b"\xff\xfe-name.png": (picture(3), "match"),
        b"[red]markup[bold].jpg": (picture(4), "match"),
        b"near.png": (picture(40), "match"),
        b"clean.png": (picture(90), "clean"),
        b"flat.png": (grey.getvalue(), "clean"),
        b"text.jpg": (b"this is a text", "unsupported"),
        b"empty.jpg": (b"", "undecodable"),
        b"truncated.png": (picture(91)[:400], "undecodable"),
        b"header-60000.png": (png_header(60_000, 60_000, chunk(b"IDAT" + zlib.compress(bytes(1000)))), "over_limit"),
        b"bomb.png": (bomb(), "over_limit"),
        b"broken.png": (png_header(10, 10, b"rubbish"), "undecodable"),
    }
    wanted = {}
    for name, (data, outcome) in contents.items():
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
        path.write_bytes(data)
        wanted[str(path)] = outcome
    (folder / "huge.png").touch()
    os.truncate(folder / "huge.png", 200 * 1024 * 1024)
    (folder / "link.png").symlink_to(folder / "planted.png")
    os.mkfifo(folder / "pipe.png")
    wanted |= {
        str(folder / "huge.png"): "over_limit",
        str(folder / "link.png"): "unsupported",
        str(folder / "pipe.png"): "unsupported",
    }
    return wanted


def listed(tutela: Tutela, tmp_path: Path) -> None:
    made(tutela)
    pdq = known_of(picture(40)).upright("pdq")
    assert pdq is not None
    near = (int(pdq.hex, 16) ^ 0b111111).to_bytes(32, "big").hex()
    rows = [*(f"sha256:{sha256(n)}" for n in range(8)), f"pdq:{near}"]
    assert tutela("hashlist", "import", "known", written(tmp_path, "l.txt", "\n".join(rows))).code == 0


def test_every_file_has_one_outcome(tutela: Tutela, tmp_path: Path) -> None:
    listed(tutela, tmp_path)
    folder = tmp_path / "folder"
    wanted = strange(folder)
    dry = tutela("scan", "--json", "--dry-run", "--jobs", "1", folder)
    assert dry.lines[-1]["dry_run"] is True
    assert tutela("case", "list", "--json").out == ""
    ran = Tutela(tutela.data)("scan", "--json", "--jobs", "2", folder)
    assert ran.code == 0, ran.err
    *items, summary = ran.lines
    assert {item["path"]: item["outcome"] for item in items} == wanted
    assert {item["path"]: item["outcome"] for item in dry.lines[:-1]} == wanted
    assert len(items) == len(wanted)
    assert set(items[0]) == {
        "type", "path", "outcome", "reason", "kind", "bytes", "quality", "low_quality", "matches", "overruled",
        "case", "item", "seen_again", "resumed",
    }  # fmt: skip
    assert summary["items"] == len(wanted)
    assert summary["outcomes"] == {"error": 0, **Counter(wanted.values())}
    assert summary["cases"] == len(tutela("case", "list", "--json").lines) == 6
    near = next(item for item in items if item["path"].endswith("near.png"))
    assert [(m["technology"], m["distance"], m["list"]) for m in near["matches"]] == [("pdq", 6, "known")]
    tallied = [
        row for event in tutela("events", "list", "--type", "items.tallied").lines for row in event["data"]["rows"]
    ]
    assert sum(row["items"] for row in tallied) == len(wanted)


def test_the_table_for_people(tutela: Tutela, tmp_path: Path) -> None:
    listed(tutela, tmp_path)
    folder = tmp_path / "folder"
    wanted = strange(folder)
    ran = tutela("scan", "--jobs", "2", folder)
    assert ran.code == 0
    assert "[red]markup[bold].jpg" in ran.out
    assert f"{len(wanted)} items against 9 entries" in ran.out
    for outcome, number in Counter(wanted.values()).items():
        assert any(line.split() == [outcome, str(number)] for line in ran.out.splitlines()), outcome


def test_a_file_under_two_of_the_paths_is_one_item(tutela: Tutela, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a.png").write_bytes(picture(90))
    ran = tutela("scan", "--json", "--jobs", "1", folder, folder / "inner", folder / "inner" / "a.png")
    assert ran.lines[-1]["items"] == 1
    assert len(ran.lines) == 2


def test_scans_of_what_is_not_there(tutela: Tutela, tmp_path: Path) -> None:
    assert tutela("scan", tmp_path / "none").code == 2
    assert tutela("scan", tmp_path, "--list", "none").code == 2
    assert tutela("scan", tmp_path, "--service", "none").code == 2
    assert tutela("scan", tmp_path, "--region", "mars").code == 2
    assert tutela("scan").code == 2


def hears_interrupts() -> None:
    """Let a child hear SIGINT, which a shell lets what it runs in the background ignore, tests and all."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_an_interrupted_scan_goes_on(tutela: Tutela, tmp_path: Path) -> None:
    listed(tutela, tmp_path)
    folder = tmp_path / "folder"
    folder.mkdir()
    for n in range(4000):
        (folder / f"{n:04}.png").write_bytes(picture(n % 8, 96) if n % 50 == 0 else b"text %d" % n)
    command = [os.fspath(TUTELA), "scan", "--json", "--jobs", "1", os.fspath(folder)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=tutela.env(PYTHONUNBUFFERED="1"),
        preexec_fn=hears_interrupts,  # noqa: PLW1509 - it calls the system alone
    )
    assert process.stdout is not None
    process.stdout.readline()  # the first group is recorded
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.fail("the scan was over before it could be interrupted")
    assert process.returncode == 130, told
    assert b"give the same command again" in told
    ran = tutela("scan", "--json", "--jobs", "1", folder)
    assert "going on" in ran.err
    *items, summary = ran.lines
    assert len(items) == summary["items"] == 4000
    assert 0 < summary["resumed"] < 4000
    assert len({item["path"] for item in items}) == 4000
    tallied = [
        row for event in tutela("events", "list", "--type", "items.tallied").lines for row in event["data"]["rows"]
    ]
    assert sum(row["items"] for row in tallied) == 4000
    again = tutela("scan", "--json", "--jobs", "1", folder).lines[-1]
    assert (again["resumed"], again["seen_again"]) == (0, again["outcomes"]["match"])


def registered(tutela: Tutela) -> Ran:
    return tutela("service", "register", "chat", "--name", "Chat", "--type", "number_independent_messaging")


def test_refused_where_no_law_covers_it(tutela: Tutela, tmp_path: Path) -> None:
    assert registered(tutela).code == 0
    path = tmp_path / "a.png"
    path.write_bytes(picture(0))
    scan = ("scan", "--service", "chat", "--region", "eu", "--json", "--jobs", "1", path)
    ran = tutela(*scan, now="2026-05-01T12:00:00Z")
    assert (ran.code, ran.out) == (4, "")
    assert "no legal regime covers EU communications on 2026-05-01" in ran.err
    assert tutela(*scan, now="2026-05-01T13:00:00Z").code == 4
    refused = tutela("events", "list", "--type", "intake.refused").lines
    assert [(r["subject"], r["data"]["region"], r["data"]["day"]) for r in refused] == [("chat", "eu", "2026-05-01")]
    ran = tutela(*scan, now="2026-05-01T12:00:00Z", TUTELA_OTHER_GROUND="consent: file 7")
    assert (ran.code, ran.lines[-1]["items"]) == (0, 1)
    (tally,) = tutela("events", "list", "--type", "items.tallied").lines
    assert tally["data"]["rows"][0]["regime"] == "consent"
    for day, code in (("2026-04-03", 0), ("2026-04-04", 4), ("2026-07-30", 4), ("2026-07-31", 0)):
        assert tutela(*scan, now=f"{day}T12:00:00Z").code == code, day
    assert tutela("scan", "--service", "chat", "--region", "non_eu", path, now="2026-05-01T12:00:00Z").code == 0
    assert tutela("scan", path, now="2026-05-01T12:00:00Z").code == 0  # nobody's communications
    assert tutela(*scan, now="yesterday").code == 2


# Returns, cases, people


def test_the_return_in_each_form(tutela: Tutela, tmp_path: Path) -> None:
    registered(tutela)
    listed(tutela, tmp_path)
    path = tmp_path / "a.png"
    path.write_bytes(picture(0))
    tutela("scan", "--service", "chat", "--region", "eu", path, now="2025-03-01T12:00:00Z")
    ran = tutela("return", "--year", "2025", "--format", "json", "--events")
    compiled = json.loads(ran.out)
    figures = {f["id"]: f for f in compiled["figures"]}
    assert len(compiled["figures"]) >= 147
    assert figures["1.images_eu"]["value"] == 1
    table = tutela("return", "--year", "2025")
    assert any(line.split()[:2] == ["1.images_eu", "1"] for line in table.out.splitlines())
    html = tutela("return", "--year", "2025", "--format", "html").out
    assert html.lstrip().lower().startswith("<!doctype html>")
    events = tutela("return", "--year", "2025", "--figure", "1.images_eu").lines
    assert [e["sequence"] for e in events] == figures["1.images_eu"]["events"]
    out = tmp_path / "out"
    assert tutela("return", "--year", "2025", "--events", "--out", out).code == 0
    assert json.loads((out / "return.json").read_text("utf-8")) == compiled
    with_events = [f for f in compiled["figures"] if f["events"]]
    assert len(list((out / "figures").iterdir())) == len(with_events)
    for arguments in (
        ("--format", "pdf"),
        ("--format", "json,html"),
        ("--figure", "9.none"),
        ("--year", "1990"),
        ("--lang", "xx"),
        ("--keep",),
    ):
        assert tutela("return", "--year", "2025", *arguments).code == 2, arguments
    every = ("--lang", "sv", "--format", "pdf,html,xlsx,csv,json", "--out", tmp_path / "sv")
    assert tutela("return", "--year", "2025", *every).code == 0
    assert {path.name for path in (tmp_path / "sv").iterdir()} == {
        "return.pdf", "return.html", "return.xlsx", "return.csv", "return.json", "figures"
    }  # fmt: skip
    assert "Årsrapport 2025" in (tmp_path / "sv" / "return.html").read_text("utf-8")
    assert (tmp_path / "sv" / "return.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads(tutela("return", "--year", "2025", "--format", "json").out)["figures"][0].get("events") is None


def test_versions_of_the_return(tutela: Tutela, tmp_path: Path) -> None:
    registered(tutela)
    later: Any = {"now": "2026-01-15T12:00:00Z"}
    assert "no version" in tutela("return", "--year", "2025", "--versions", **later).out
    tutela(
        "person", "add", "dora", "--role", "data_protection_officer", "--password-stdin", stdin=b"long enough it is\n"
    )
    assert tutela("return", "--year", "2025", "--keep", "--as", "nobody", **later).code == 1
    kept = tutela("return", "--year", "2025", "--keep", "--as", "dora", **later)
    assert (kept.code, "kept version 1" in kept.out, "in 16 days" in kept.out) == (0, True, True)
    assert tutela("return", "--year", "2025", "--keep", "--as", "dora", "--cause", "mistake", **later).code == 1
    assert tutela("return", "--year", "2025", "--version", "1", "--format", "json", **later).code == 0
    assert tutela("return", "--year", "2025", "--version", "2", "--format", "json", **later).code == 1
    assert "version 1" in tutela("return", "--year", "2025", "--versions", **later).out
    assert "complete" not in tutela("return", "--year", "2025", "--check", **later).out.splitlines()[0]


def test_decisions_at_the_terminal(tutela: Tutela, tmp_path: Path) -> None:
    listed(tutela, tmp_path)
    path = tmp_path / "a.png"
    path.write_bytes(picture(0))
    item = tutela("scan", "--json", "--jobs", "1", path).lines[0]
    decide = ("case", "decide", item["case"], item["item"], "--verdict", "known", "--as")
    assert tutela(*decide, "nobody").code == 1
    assert tutela("person", "add", "rosa", "--role", "reviewer", "--password-stdin", stdin=b"short\n").code == 2
    added = tutela("person", "add", "rosa", "--role", "reviewer", "--password-stdin", stdin=b"long enough for it\n")
    assert added.code == 0
    assert tutela("case", "decide", item["case"], item["item"], "--verdict", "maybe", "--as", "rosa").code == 2
    assert tutela("case", "decide", "nowhere", item["item"], "--verdict", "known", "--as", "rosa").code == 1
    assert tutela(*decide, "rosa").code == 0
    assert tutela(*decide, "rosa").code == 1
    (shown,) = tutela("case", "show", item["case"]).lines
    assert (shown["state"], shown["items"][0]["viewed"]) == ("confirmed", False)
    assert tutela("case", "show", "nowhere").code == 1
    assert tutela("events", "rebuild", "--check").out == "every projection is what the events make\n"
    with sqlite3.connect(tutela.data / "tutela.sqlite") as connection:
        connection.execute("UPDATE cases SET state = 'dismissed'")
    told = tutela("events", "rebuild", "--check")
    assert (told.code, told.out) == (1, "cases: not what the events make\n")
    assert tutela("case", "show", item["case"]).lines[0]["state"] == "dismissed"
    rebuilt = tutela("events", "rebuild")
    assert rebuilt.code == 0
    assert tutela("case", "show", item["case"]).lines == [shown]
    # Nobody answers at the default address; the report waits.
    ran = tutela("referral", "dispatch", TUTELA_CYBERTIPLINE_URL="http://127.0.0.1:9/ispws")
    assert ran.code == 3
    assert "failed" in ran.out
    assert tutela("referral", "list", "--json").lines[0]["last_error"] == "open: no-answer"
    assert tutela("referral", "retry", "nowhere").code == 1
    referral = tutela("referral", "list", "--json").lines[0]["id"]
    (as_json,) = tutela("referral", "show", referral, "--json").lines
    assert as_json["lacks"] == ["nobody_reported", "no_location", "no_file_viewed"]
    told = tutela("referral", "show", referral)
    assert (told.code, told.out.count("lacks"), "no file goes" in told.out) == (0, 3, False)
    # A report names who reports.
    (tutela.data / "tutela.toml").write_text("")
    told = tutela("referral", "show", referral)
    assert (told.code, "reporter" in told.err, "lacks" in told.out) == (0, True, False)
    assert tutela("referral", "show", "nowhere").code == 1


def test_access_is_taken(tutela: Tutela) -> None:
    password = b"long enough for it\n"
    assert tutela("person", "add", "rosa", "--role", "reviewer", "--password-stdin", stdin=password).code == 0
    ran = tutela("person", "deactivate", "rosa")
    assert (ran.code, ran.out) == (0, "rosa has no more access\n")
    assert tutela("person", "list").out.split()[-5:] == ["rosa", "rosa", "reviewer", "no", "no"]
    ran = tutela("person", "deactivate", "rosa")
    assert (ran.code, "nobody called 'rosa' with access" in ran.err) == (1, True)


def test_a_service_keeps_its_type(tutela: Tutela) -> None:
    register = ("service", "register", "chat", "--name", "Chat", "--type")
    assert tutela(*register, "hosting").code == 0
    assert tutela(*register, "hosting", "--region", "eu").code == 0
    ran = tutela(*register, "number_independent_messaging")
    assert (ran.code, "register it under another id" in ran.err) == (2, True)
    (shown,) = tutela("service", "list", "--json").lines
    assert (shown["type"], shown["region"]) == ("hosting", "eu")


def test_a_lost_key_is_told(tutela: Tutela, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(picture(0))
    assert tutela("scan", "--jobs", "1", path).code == 0
    (tutela.data / "keys" / "ledger.key").unlink()
    ran = tutela("scan", "--jobs", "1", path)
    assert (ran.code, "restore" in ran.err) == (1, True)


def test_bad_settings_end_with_their_message(tutela: Tutela) -> None:
    (tutela.data / "tutela.toml").write_text("colour = 1\n")
    ran = tutela("case", "list")
    assert (ran.code, "colour" in ran.err) == (2, True)
    (tutela.data / "tutela.toml").write_text("")
    ran = tutela("case", "list", TUTELA_CYBERTIPLINE_URL="https://report.cybertip.org/ispws")
    assert (ran.code, "target" in ran.err) == (2, True)
    ran = tutela("case", "list", TUTELA_DATABASE_URL="mysql://127.0.0.1/x")
    assert ran.code == 2
    ran = Tutela(tutela.data)("case", "list", TUTELA_DATABASE_URL="postgresql://127.0.0.1:9/x")
    assert (ran.code, "does not answer" in ran.err) == (1, True)


def test_the_time_of_a_start(tutela: Tutela) -> None:
    start = time.perf_counter()
    assert Tutela(tutela.data)("--version").out.startswith("tutela ")
    print(f"tutela --version took {time.perf_counter() - start:.2f} s")  # noqa: T201


def test_nobody_sets_the_time_in_earnest(tutela: Tutela) -> None:
    ran = tutela("events", "list", TUTELA_NOW="2025-01-01T00:00:00Z")
    assert ran.code == 2
    assert "write rehearsal = true at the top of" in ran.err
    ran = tutela("events", "list", now="2025-01-01T00:00:00Z")
    assert (ran.code, "the time is set to 2025-01-01" in ran.err) == (0, True)
