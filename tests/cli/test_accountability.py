"""`tutela audit`, `approval`, `export`, `governance` and `dpo`, as somebody at a terminal uses them."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.commands import InProcess
from tests.databases import REPORTER
from tutela.events.envelope import system_clock
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

PASSPHRASE = b"a bridge over a river\n"


def allow(tutela: InProcess, approval: str, name: str, now: datetime | None = None) -> None:
    """Allow as somebody does in the console."""
    with Workplace(load_settings(tutela.data, {}), (lambda: now) if now else system_clock) as place:
        place.approvals.decide(place.person(name), approval, allowed=True)


@pytest.fixture
def tutela(tmp_path: Path) -> InProcess:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "tutela.toml").write_text(REPORTER, "utf-8")
    command = InProcess(data)
    for name, role in (("dora", "data_protection_officer"), ("sven", "senior"), ("ada", "administrator")):
        ran = command("person", "add", name, "--role", role, "--password-stdin", stdin=b"a long password\n")
        assert ran.code == 0, ran.err
    return command


def test_the_chain_is_verified_and_a_change_is_named(tutela: InProcess, tmp_path: Path) -> None:
    ran = tutela("audit", "verify")
    assert (ran.code, ran.out.split(":")[0]) == (0, "intact")
    assert "without a checkpoint" in ran.err
    kept = tmp_path / "checkpoint.json"
    assert tutela("audit", "checkpoint", "--out", kept).code == 0
    key = tutela("audit", "key").out.strip()
    ran = tutela("audit", "verify", "--checkpoint", kept, "--key", key, "--json")
    assert (ran.code, ran.lines[0]["intact"], ran.lines[0]["checkpoints"]) == (0, True, 2)
    assert tutela("audit", "verify", "--checkpoint", kept, "--key", "00" * 32).code == 2
    assert tutela("audit", "verify", "--checkpoint", tmp_path / "nothing").code == 2
    copies = tutela.data / "audit-checkpoints.jsonl"
    whole = copies.read_text("ascii")
    copies.write_text(whole.replace('"hash"', '"hush"'), "ascii")
    ran = tutela("audit", "verify")
    assert ran.code == 1
    assert "1 line of audit-checkpoints.jsonl cannot be used" in ran.out
    assert "the record names 1 checkpoint of which" in " ".join(ran.out.split())
    assert ("intact" in ran.out, "not proved whole" in ran.err) == (False, True)
    ran = tutela("audit", "verify", "--json")
    assert (ran.code, ran.lines[0]["intact"], ran.lines[0]["copies"]) == (1, False, {"unusable": 1, "missing": 1})
    copies.write_text(whole, "ascii")
    assert tutela("audit", "verify").code == 0
    with sqlite3.connect(tutela.data / "tutela.sqlite") as connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET actor = 'nobody' WHERE sequence = 2")
    ran = tutela("audit", "verify", "--json")
    assert ran.code == 1
    assert [(f["what"], f["event"]) for f in ran.lines[0]["findings"]] == [("changed", 2)]
    ran = tutela("audit", "verify")
    assert "event 2 of block 2 is not as it was recorded" in ran.out
    assert "tampered" in ran.err


def test_an_export_of_the_audit_after_two_wanted_it(tutela: InProcess, tmp_path: Path) -> None:
    ran = tutela("approval", "ask", "export-audit", "--as", "dora", "--reference", "A 1")
    approval = ran.out.strip()
    to = tmp_path / "audit.jsonl"
    refused = tutela("export", "audit", approval, "--as", "dora", "--out", to)
    assert (refused.code, to.exists()) == (1, False)
    assert tutela("approval", "list", "--json").lines[0]["kind"] == "export"
    assert tutela("approval", "allow", approval, "--as", "sven").code == 2  # the console alone knows who asks
    allow(tutela, approval, "sven")
    assert tutela("export", "audit", approval, "--as", "dora", "--out", to).code == 0
    lines = [json.loads(line) for line in to.read_text("utf-8").splitlines()]
    assert lines[-1]["sequence"] == 1
    assert to.stat().st_mode & 0o077 == 0
    assert tutela("export", "audit", approval, "--as", "dora", "--out", to).code == 2
    assert tutela("export", "audit", approval, "--as", "dora", "--out", tmp_path / "again").code == 1


def test_a_persons_data_as_an_archive(tutela: InProcess, tmp_path: Path) -> None:
    ran = tutela("approval", "ask", "export-person", "chat", "anna", "--as", "dora", "--reference", "D 1")
    approval = ran.out.strip()
    allow(tutela, approval, "sven")
    to = tmp_path / "anna.archive"
    arguments = ("export", "person", approval, "chat", "anna", "--as", "dora", "--out", to, "--passphrase-stdin")
    assert tutela(*arguments, stdin=b"short\n").code == 1
    ran = tutela(*arguments, stdin=PASSPHRASE)
    assert ran.code == 0, ran.err
    assert (
        tutela("export", "open", to, "--out", tmp_path / "x", "--passphrase-stdin", stdin=b"another one, long\n").code
        == 1
    )
    assert tutela("export", "open", to, "--out", tmp_path / "x", "--passphrase-stdin", stdin=PASSPHRASE).code == 0
    assert json.loads((tmp_path / "x" / "about.json").read_text("utf-8"))["cases"] == []


def test_records_inspections_and_the_pack(tutela: InProcess, tmp_path: Path) -> None:
    write = ("governance", "write", "--title", "Retention", "--as", "dora", "--answers", "8.retention_content")
    ran = tutela(*write, "--review-by", "2025-01-31", "--effective-from", "2025-01-01", stdin=b"Ninety days.\n")
    assert ran.code == 0, ran.err
    record = ran.out.strip()
    assert tutela(*write, "--record", record, stdin=b"Sixty days.\n").out.strip() == record
    shown = json.loads(tutela("governance", "show", record).out)
    assert (shown["version"], shown["text"], len(shown["history"])) == (2, "Sixty days.", 2)
    assessment = ("governance", "write", "--title", "Look-alikes", "--kind", "impact_assessment", "--as", "dora")
    ran = tutela(*assessment, "--technology", "pdq-1", "--technology", "md5", stdin=b"Words.\n")
    assert json.loads(tutela("governance", "show", ran.out.strip()).out)["technologies"] == ["pdq-1", "md5"]
    assert tutela(*assessment, "--technology", "no name", stdin=b"Words.\n").code == 1
    assert tutela("governance", "review", record, "--as", "sven").code == 1
    assert tutela(*write, "--answers", "4.known.images", stdin=b"x").code == 1
    assert tutela(*write, "--kind", "poem", stdin=b"x").code == 2
    incident = ("governance", "write", "--title", "Lost laptop", "--kind", "incident", "--as", "dora")
    times = ("--detected", "2025-01-01T10:00", "--notified", "2025-01-03T10:00", "--personal-data", "yes")
    assert tutela(*incident, stdin=b"x").code == 1
    assert tutela(*incident, *times, stdin=b"x").code == 0
    ran = tutela("governance", "list", "--json")
    assert [line["notified_within_72_hours"] for line in ran.lines if line["kind"] == "incident"] == [True]
    ask = ("governance", "inspection", "ask", "--authority", "Authority", "--reference", "7", "--name", "inspector")
    ran = tutela(*ask, "--from", "2026-01-01", "--until", "2026-01-09", "--as", "dora", now="2026-01-02T00:00:00Z")
    approval = ran.out.strip()
    allow(tutela, approval, "ada", datetime(2026, 1, 2, tzinfo=UTC))
    ran = tutela("governance", "inspection", "open", approval, "--as", "dora", now="2026-01-02T00:00:00Z")
    inspection, password = ran.out.split()
    assert len(password) >= 20
    assert tutela("governance", "inspection", "pages", inspection).code == 0
    assert tutela("governance", "inspection", "list", "--json").lines[0]["authority"] == "Authority"
    ended = tutela("governance", "inspection", "end", inspection, "--as", "dora", now="2026-01-02T01:00:00Z")
    assert ended.out.strip() == "ended"
    assert tutela("governance", "retire", record, "--as", "dora", "--reason", "replaced").code == 0
    ran = tutela("dpo", "pack", "--out", tmp_path / "pack")
    assert ran.code == 0
    assert "missing" in ran.out
    names = {p.name for p in (tmp_path / "pack").iterdir()}
    assert {"pack.json", "record-of-processing.html", "impact-assessment-annex.md", "user-notice-sv.html"} <= names
    assert "Tutela tests" in (tmp_path / "pack" / "record-of-processing.html").read_text("utf-8")


def test_the_notice_to_users_takes_where_to_turn_to_from_the_settings(tutela: InProcess, tmp_path: Path) -> None:
    def notice(language: str, name: str) -> dict[str, dict[str, object]]:
        assert tutela("dpo", "pack", "--out", tmp_path / name).code == 0
        documents = json.loads((tmp_path / name / "pack.json").read_text("utf-8"))
        (one,) = [d for d in documents if d["id"] == f"user-notice-{language}"]
        return {s["label"]: s for section in one["sections"] for s in section["statements"]}

    unset = notice("en", "before")
    for label, setting in (
        ("Complain to us", "contact"), ("Contact", "contact"), ("Which court", "court"),
        ("Complain to the supervisory authority", "authority"),
    ):  # fmt: skip
        assert (unset[label]["missing"], unset[label]["source"]) == (True, f"setting [redress] {setting}")
    with (tutela.data / "tutela.toml").open("a", encoding="utf-8") as stream:
        stream.write(
            '[redress]\ncontact = "help@lantern.example"\nauthority = "IMY, Box 8114"\ncourt = "your district court"\n'
            "decide_days = 9\naccess_days = 21\n"
        )
    found = notice("en", "after")
    assert "help@lantern.example" in str(found["Complain to us"]["value"])
    assert "desk@example.org" not in json.dumps(found)
    assert found["Complain to the supervisory authority"]["value"] == "IMY, Box 8114"
    assert found["Which court"]["value"] == "your district court"
    assert "within 9 days" in str(found["How a complaint is handled"]["value"])
    assert "within 21 days" in str(found["See your data"]["value"])
    assert notice("sv", "swedish")["Klaga hos tillsynsmyndigheten"]["value"] == "IMY, Box 8114"
