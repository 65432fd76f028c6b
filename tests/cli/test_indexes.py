"""`tutela index`, and what is said and done where an index is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.listing import folder_of, listed, value
from tests.commands import Tutela
from tests.rig import picture

ONE = picture(1)


@pytest.fixture
def tutela(listing: Tutela) -> Tutela:
    listed(listing, "known", f"pdq:{value(ONE)}", f"md5:{value(ONE, 'md5')}")
    return listing


def damage(tutela: Tutela, kind: str = "pdq") -> Path:
    """Turn a byte of the changes that the index's log holds."""
    (log,) = (tutela.data / "index" / kind).glob("log-*")
    raw = bytearray(log.read_bytes())
    raw[-3] ^= 1
    log.write_bytes(raw)
    return log


def test_it_shows_what_lies_on_disk_without_changing_it(tutela: Tutela) -> None:
    ran = tutela("index", "show", "--json")
    assert [(line["kind"], line["entries"], line["rows"], line["up_to_date"]) for line in ran.lines] == [
        ("md5", 1, 0, False),
        ("pdq", 1, 0, False),
    ]
    assert not (tutela.data / "index").exists()
    assert tutela("lookup", f"pdq:{value(ONE)}").code == 0
    for line in tutela("index", "show", "--json").lines:
        assert (line["entries"], line["rows"], line["up_to_date"], line["problem"]) == (1, 1, True, None)
        assert line["bytes"] > 0
        assert line["bytes_per_row"] == line["bytes"]
    tutela("hashlist", "disable", "known", "--entry", "1")
    assert [line["up_to_date"] for line in tutela("index", "show", "--json").lines] == [False, False]
    assert "behind" in tutela("index", "show").out


def test_an_installation_without_entries_says_how_to_get_some(listing: Tutela) -> None:
    assert "hashlist import" in listing("index", "show").out
    assert listing("index", "check").code == 0


def test_segments_are_merged_into_one(tutela: Tutela) -> None:
    assert tutela("index", "compact", "--all").code == 0
    for number in (2, 3):
        listed(tutela, "known", f"pdq:{value(picture(number))}")
        ran = tutela("index", "compact", "--all")
        assert ran.code == 0
    assert "merged" in ran.out
    (line,) = (one for one in tutela("index", "show", "--json").lines if one["kind"] == "pdq")
    assert (line["rows"], line["segments"]) == (3, 1)
    assert "every byte is as it was written" in tutela("index", "check").out


def test_damage_is_found_told_and_mended(tutela: Tutela, tmp_path: Path) -> None:
    tutela("index", "compact")
    log = damage(tutela)
    files = folder_of(tmp_path / "files", one__png=ONE)
    for arguments in (
        ["index", "check"],
        ["scan", files, "--jobs", "1"],
        ["lookup", f"pdq:{value(ONE)}"],
        ["index", "compact"],
    ):
        ran = tutela(*arguments)
        assert ran.code == 1, arguments
        assert str(log) in ran.err
        assert "tutela index rebuild" in ran.err
    assert "damaged" in tutela("index", "show").out
    assert tutela("case", "list", "--json").out == ""
    assert tutela("index", "rebuild").code == 0
    assert tutela("index", "check").code == 0
    ran = tutela("scan", files, "--jobs", "1", "--dry-run", "--json")
    assert ran.lines[0]["outcome"] == "match"


def test_a_damaged_segment_is_found_by_the_check(tutela: Tutela) -> None:
    tutela("index", "compact", "--all")
    (segment,) = (tutela.data / "index" / "pdq").glob("segment-*")
    raw = bytearray(segment.read_bytes())
    raw[4096] ^= 1
    segment.write_bytes(raw)
    assert tutela("index", "show", "--json").lines[1]["problem"] is None
    ran = tutela("index", "check", "--json")
    assert ran.code == 1
    assert "tutela index rebuild" in ran.lines[1]["problem"]
    assert tutela("index", "rebuild", "--json").lines[1]["problem"] is None
    assert tutela("index", "check").code == 0
