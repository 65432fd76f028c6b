"""`tutela sample` and `tutela try`: a change is tried on recorded fingerprints, and nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.listing import folder_of, listed, value
from tests.commands import Tutela
from tests.rig import picture

ONE, TWO, FAR = picture(1), picture(2), picture(3)


@pytest.fixture
def tutela(listing: Tutela) -> Tutela:
    listed(listing, "known", f"pdq:{value(ONE, bits=20)}", f"sha256:{value(TWO, 'sha256')}")
    listed(listing, "other", f"pdq:{value(FAR, bits=40)}")
    return listing


@pytest.fixture
def sample(tutela: Tutela, tmp_path: Path) -> Path:
    pictures = folder_of(tmp_path / "pictures", one__png=ONE, two__png=TWO, far__png=FAR, note__txt=b"Good morning")
    file = tmp_path / "sample.jsonl"
    ran = tutela("sample", "record", pictures, "-o", file, "--jobs", "1", "--json")
    assert ran.code == 0, ran.err
    assert ran.lines[0]["items"] == 4
    assert ran.lines[0]["failures"] == {"unsupported": 1}
    return file


def tried(tutela: Tutela, sample: Path, *options: str | Path) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """Return the items that differ by file name, and the summary."""
    ran = tutela("try", "--sample", sample, *options, "--json")
    assert ran.code == 0, ran.err
    *items, summary = ran.lines
    return {Path(line["path"]).name: line for line in items}, summary


def test_the_sample_holds_fingerprints_and_nothing_to_be_seen(sample: Path) -> None:
    head, *items = [json.loads(line) for line in sample.read_text("utf-8").splitlines()]
    assert set(head["technologies"]) == {"md5", "pdq", "pdq-frame", "sha1", "sha256", "tmk", "vpdq"}
    one = next(item for item in items if item["path"].endswith("one.png"))
    assert set(one) == {"path", "kind", "bytes", "failure", "reason", "fingerprints"}
    assert len(one["fingerprints"]["pdq"]["values"]) == 8
    assert one["fingerprints"]["pdq"]["values"]["upright"] == value(ONE)
    assert sample.stat().st_mode & 0o077 == 0


def test_without_names_there_are_numbers(tutela: Tutela, tmp_path: Path, sample: Path) -> None:
    bare = tmp_path / "bare.jsonl"
    assert tutela("sample", "record", tmp_path / "pictures", "-o", bare, "--no-names", "--jobs", "1").code == 0
    assert "png" not in bare.read_text("utf-8")
    _, summary = tried(tutela, bare)
    assert (summary["items"], summary["matches"]["now"]) == (4, 2)


def test_the_sample_is_judged_as_a_scan_judges_the_files(tutela: Tutela, sample: Path, tmp_path: Path) -> None:
    items, summary = tried(tutela, sample, "--without", "known", "--without", "other")
    ran = tutela("scan", tmp_path / "pictures", "--dry-run", "--json", "--jobs", "1")
    scanned = {Path(line["path"]).name: line for line in ran.lines if line["type"] == "item" and line["matches"]}
    assert set(items) == set(scanned) == {"one.png", "two.png"}
    for name, line in items.items():
        assert [{k: v for k, v in m.items() if k != "unit"} for m in line["now"]["matches"]] == scanned[name]["matches"]
        assert (line["change"], line["then"]["outcome"]) == ("lost", "clean")
    assert summary["matches"] == {"now": 2, "then": 0, "gained": 0, "lost": 2}
    assert summary["by_list"] == [
        {"list": "known", "technology": "pdq", "now": 1, "then": 0, "gained": 0, "lost": 1},
        {"list": "known", "technology": "sha256", "now": 1, "then": 0, "gained": 0, "lost": 1},
    ]


def test_no_change_is_no_difference(tutela: Tutela, sample: Path) -> None:
    items, summary = tried(tutela, sample)
    assert items == {}
    assert summary["matches"] == {"now": 2, "then": 2, "gained": 0, "lost": 0}


@pytest.mark.parametrize(
    ("threshold", "gained", "lost"), [("19", set(), {"one.png"}), ("20", set(), set()), ("40", {"far.png"}, set())]
)
def test_another_threshold(tutela: Tutela, sample: Path, threshold: str, gained: set[str], lost: set[str]) -> None:
    items, summary = tried(tutela, sample, "--threshold", f"pdq={threshold}")
    assert {name for name, line in items.items() if line["change"] == "gained"} == gained
    assert {name for name, line in items.items() if line["change"] == "lost"} == lost
    (distances,) = summary["distances"]
    assert (distances["threshold_now"], distances["threshold_then"]) == (31, int(threshold))
    steps = distances["steps"]
    assert {31, int(threshold)} <= {step["last"] for step in steps}
    assert [step["first"] for step in steps[1:]] == [step["last"] + 1 for step in steps[:-1]]
    within = [step for step in steps if step["last"] <= int(threshold)]
    assert sum(step["then"] for step in within) == (threshold != "19") + (threshold == "40")


def test_entries_of_a_file_are_supposed_by_their_number_in_it(tutela: Tutela, sample: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.txt"
    file.write_text(f"md5:{'0' * 32}\npdq:{value(FAR, bits=3)}\n")
    items, summary = tried(tutela, sample, "--with", file)
    (found,) = items["far.png"]["then"]["matches"]
    assert (found["list"], found["entry"], found["distance"], found["unit"]) == (str(file), 2, 3, "bits")
    assert {"list": str(file), "technology": "pdq", "now": 0, "then": 1, "gained": 1, "lost": 0} in summary["by_list"]
    assert set(tried(tutela, sample, "--with", file, "--list", "other")[0]) == {"far.png"}


def test_a_harmless_list_is_supposed_and_overrules(tutela: Tutela, sample: Path, tmp_path: Path) -> None:
    file = tmp_path / "looked-at.txt"
    file.write_text(f"{value(ONE)}\n{value(TWO)}\n")
    items, summary = tried(tutela, sample, "--with", file, "--as", "harmless", "--kind", "pdq")
    assert set(items) == {"one.png"}
    assert items["one.png"]["then"]["outcome"] == "clean"
    assert [d["list"] for d in items["one.png"]["then"]["overruled"]] == ["known"]
    assert summary["overruled"] == {"now": 0, "then": 1, "gained": 1, "lost": 0}
    shown = tutela("try", "--sample", sample, "--with", file, "--as", "harmless", "--kind", "pdq").out
    assert "overruled: pdq 20 bits from known #1" in shown
    assert "<- threshold now and then" in shown


def test_an_entry_is_supposed_to_be_disabled(tutela: Tutela, sample: Path) -> None:
    items, _ = tried(tutela, sample, "--disable", "known:2")
    assert {name: line["change"] for name, line in items.items()} == {"two.png": "lost"}


def test_another_minimum_quality(tutela: Tutela, sample: Path) -> None:
    lines = [json.loads(line) for line in sample.read_text("utf-8").splitlines()]
    for line in lines[1:]:
        if "pdq" in line["fingerprints"]:
            line["fingerprints"]["pdq"]["quality"] = 55
    sample.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    items, summary = tried(tutela, sample, "--minimum-quality", "pdq=56")
    assert {name: line["change"] for name, line in items.items()} == {"one.png": "lost"}
    assert summary["low_quality"] == {"now": 0, "then": 3, "gained": 3, "lost": 0}
    assert tried(tutela, sample, "--minimum-quality", "pdq=55")[0] == {}


def test_nothing_is_recorded_or_changed(tutela: Tutela, sample: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.txt"
    file.write_text(f"pdq:{value(FAR)}\n")
    before = tutela("events", "export").out, tutela("hashlist", "show", "--json").out
    tried(tutela, sample, "--with", file, "--without", "known", "--disable", "other:3", "--threshold", "pdq=9")
    assert (tutela("events", "export").out, tutela("hashlist", "show", "--json").out) == before
    assert tutela("case", "list", "--json").out == ""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--without", "nowhere"], "there is no hash list 'nowhere'"),
        (["--list", "nowhere"], "there is no hash list 'nowhere'"),
        (["--disable", "known"], "write the list, a colon and the entry's number"),
        (["--disable", "known:3"], "has no entry 3"),
        (["--disable", "known:99"], "there is no entry 99"),
        (["--threshold", "pdq"], "such as pdq=25"),
        (["--threshold", "pdq=900"], "0 to 256"),
        (["--threshold", "md6=1"], "'md6' has no threshold"),
        (["--minimum-quality", "md5=1"], "'md5' has no quality"),
        (["--minimum-quality", "pdq=101"], "0 to 100"),
        (["--with", "no-such-file"], "No such file"),
        (["--as", "match", "--as", "harmless"], "--as once"),
    ],
)
def test_what_cannot_be_supposed_is_told(tutela: Tutela, sample: Path, options: list[str], told: str) -> None:
    ran = tutela("try", "--sample", sample, *options)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


@pytest.mark.parametrize(
    ("line", "text", "told"),
    [
        (0, "{}", "line 1: this is no sample"),
        (0, '{"sample": 9, "technologies": {}}', "another version of Tutela"),
        (0, '{"sample": 1, "technologies": {"pdq": "7"}}', "record it again"),
        (0, '{"sample": 1, "technologies": {"neuralhash": "1"}}', "record it again"),
        (2, "{", "line 3: "),
        (1, '{"path": 1, "kind": "other", "bytes": 1, "fingerprints": {"pdq": {"values": {"upright": ""}}}}', "line 2"),
        (1, '{"path": "a", "kind": "image", "bytes": 1, "fingerprints": {}, "pixels": []}', "line 2: pixels"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_sample_is_refused_by_line(
    tutela: Tutela, sample: Path, line: int, text: str, told: str
) -> None:
    lines = sample.read_text("utf-8").splitlines()
    lines[line] = text
    sample.write_text("\n".join(lines), "utf-8")
    ran = tutela("try", "--sample", sample)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_a_sample_without_a_technology_of_today_says_so(tutela: Tutela, sample: Path) -> None:
    lines = sample.read_text("utf-8").splitlines()
    lines[0] = '{"sample": 1, "technologies": {"md5": "rfc1321", "sha1": "fips180-4", "sha256": "fips180-4"}}'
    sample.write_text("\n".join(lines), "utf-8")
    ran = tutela("try", "--sample", sample)
    assert ran.code == 0
    assert "recorded without pdq" in ran.err


def test_photodna_that_was_written_into_a_sample_is_compared(tutela: Tutela, sample: Path) -> None:
    listed(tutela, "given", f"photodna:{'01' * 144}")
    (head, *_) = sample.read_text("utf-8").splitlines()
    item = {"path": 7, "kind": "image", "bytes": 1, "fingerprints": {"photodna": {"values": {"upright": "00" * 144}}}}
    sample.write_text(f"{head}\n{json.dumps(item)}\n")
    items, _ = tried(tutela, sample, "--threshold", "photodna=144")
    assert items["7"]["change"] == "gained"
    assert tried(tutela, sample, "--threshold", "photodna=143")[0] == {}


def test_a_recording_that_cannot_be_written_leaves_nothing(tutela: Tutela, tmp_path: Path) -> None:
    assert tutela("sample", "record", tmp_path, "-o", tmp_path / "no" / "sample").code == 2
    assert tutela("sample", "record", tmp_path / "no", "-o", tmp_path / "sample").code == 2
    assert not (tmp_path / "sample").exists()
