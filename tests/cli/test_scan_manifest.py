"""A scan of exported files with a manifest says of each who sent it to whom, as the API does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Tutela
from tests.rig import picture

NOW = "2025-03-01T12:00:00Z"
BOT = {"account": "bot-7", "country": "SE", "basis": "declared", "operation": "automated"}
ANNA = {"account": "anna", "country": "FI", "basis": "payment"}


@pytest.fixture
def export(listing: Tutela, tmp_path: Path) -> Path:
    """Four listed pictures: two in a folder of their own."""
    folder = tmp_path / "export"
    (folder / "inner").mkdir(parents=True)
    digests = []
    for number, name in enumerate(["a.png", "b.png", "inner/c.png", "inner/d.png"]):
        data = picture(number)
        (folder / name).write_bytes(data)
        digests.append(f"sha256:{hashlib.sha256(data).hexdigest()}")
    (tmp_path / "l.txt").write_text("\n".join(digests), "utf-8")
    for command in (
        ("hashlist", "create", "known", "--owner", "O", "--source", "S", "--jurisdiction", "SE"),
        ("hashlist", "import", "known", tmp_path / "l.txt"),
        ("service", "register", "chat", "--name", "Chat", "--type", "number_independent_messaging"),
    ):
        ran = listing(*command, now=NOW)
        assert ran.code == 0, ran.err
    return folder


def lines(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "manifest.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def scan(tutela: Tutela, folder: Path, *options: str | Path, now: str = NOW) -> Any:
    return tutela("scan", folder, "--service", "chat", "--jobs", "1", "--json", *options, now=now)


def flagged(tutela: Tutela) -> list[dict[str, Any]]:
    return [line["data"] for line in tutela("events", "list", "--type", "item.flagged").lines]


def test_each_file_has_its_own_sender_or_that_of_its_folder(listing: Tutela, export: Path) -> None:
    manifest = lines(
        export,
        {"path": "inner", "sender": BOT, "recipients": [ANNA], "sent_at": "2025-02-03T04:05:06Z"},
        {"path": "inner/d.png", "sender": ANNA},
        {"path": "a.png", "sender": {"account": "xavier"}, "region": "non_eu"},
    )
    ran = scan(listing, export, "--manifest", manifest, "--sender-operation", "person")
    assert ran.code == 0, ran.err
    assert "1 files have no line" in ran.err
    assert ran.lines[-1]["items"] == 4
    by_operation = sorted((f["sender_operation"], f["sender_region"], f["sent_at"] is None) for f in flagged(listing))
    assert by_operation == [
        ("automated", "eu", False), ("not_stated", "unknown", True), ("person", "eu", True),
        ("person", "unknown", True),
    ]  # fmt: skip
    (bot,) = [f for f in flagged(listing) if f["sender_operation"] == "automated"]
    assert len(bot["recipients_eu"]) == 1
    assert "bot-7" not in json.dumps(flagged(listing))


def test_the_same_manifest_again_repeats_its_matches(listing: Tutela, export: Path) -> None:
    manifest = lines(export, {"path": ".", "sender": BOT})
    assert scan(listing, export, "--manifest", manifest).lines[-1]["cases"] > 0
    again = scan(listing, export, "--manifest", manifest).lines[-1]
    assert again["seen_again"] == 4
    assert again["items"] == 4
    assert len(flagged(listing)) == 4


def test_a_region_of_a_line_needs_its_own_law(listing: Tutela, export: Path) -> None:
    manifest = lines(export, {"path": ".", "sender": BOT})
    gap = "2026-05-01T12:00:00Z"
    ran = scan(listing, export, "--manifest", manifest, "--region", "non_eu", now=gap)
    assert ran.code == 4
    assert "no legal regime" in ran.err
    assert flagged(listing) == []
    lines(export, {"path": ".", "sender": {"account": "x", "country": "US", "basis": "declared"}, "region": "non_eu"})
    assert scan(listing, export, "--manifest", manifest, "--region", "non_eu", now=gap).code == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it has no line"),
        ("{}", "line 1: path"),
        ("\n{", "line 2: "),
        ('{"path": "none.png"}', "line 1: path: there is no"),
        ('{"path": "a.png"}\n{"path": "./a.png"}', "line 2: ./a.png stands in line 1 already"),
        ('{"path": "a.png", "sender": {"account": "a", "country": "XX", "basis": "declared"}}', "line 1: country 'XX'"),
        ('{"path": "a.png", "sender": {"account": "a", "operation": "robot"}}', "line 1: sender.operation"),
        ('{"path": "a.png", "sent_at": "2025-02-03T04:05:06"}', "line 1: sent_at"),
        ('{"path": "a.png", "from": "anna"}', "line 1: from"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused_with_its_line(
    listing: Tutela, export: Path, content: str, said: str
) -> None:
    manifest = export / "m.jsonl"
    manifest.write_text(content, "utf-8")
    ran = scan(listing, export, "--manifest", manifest)
    assert ran.code == 2
    assert said in ran.err
    assert flagged(listing) == []


def test_an_operation_without_a_sender_is_refused(listing: Tutela, export: Path) -> None:
    assert "only a --manifest names them" in scan(listing, export, "--sender-operation", "automated").err
    assert "--sender-operation is automated, person" in scan(listing, export, "--sender-operation", "robot").err
    assert scan(listing, export, "--manifest", export / "none").code == 2
