"""`tutela lookup`: what is on which list, and that nothing remains of having asked."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.listing import listed, value
from tests.commands import Tutela
from tests.rig import picture

ONE, TWO = picture(1), picture(2)


@pytest.fixture
def tutela(listing: Tutela) -> Tutela:
    listed(listing, "known", f"pdq:{value(ONE, bits=4)}", f"sha256:{value(ONE, 'sha256')}", f"pdq:{value(TWO)}")
    listed(listing, "looked-at", f"pdq:{value(ONE, bits=9)}", harmless=True)
    return listing


def test_a_value_is_found_on_every_list_with_all_that_is_known(tutela: Tutela) -> None:
    ran = tutela("lookup", f"pdq:{value(ONE)}", "--json")
    assert (ran.code, ran.err) == (0, "")
    (line,) = ran.lines
    assert (line["asked"], line["kinds"], line["problem"]) == (f"pdq:{value(ONE)}", ["pdq"], None)
    near, harmless = line["answers"]
    assert near == {
        "technology": "pdq", "version": "1", "threshold": 31, "list": "known", "entry": 1, "classification": None,
        "distance": 4, "orientation": "upright", "unit": "bits", "role": "match", "enabled": True,
        "place": None, "shares": None,
    }  # fmt: skip
    assert (harmless["list"], harmless["role"], harmless["distance"]) == ("looked-at", "harmless", 9)


def test_a_file_is_looked_up_by_all_its_fingerprints_however_it_is_turned(tutela: Tutela, tmp_path: Path) -> None:
    (tmp_path / "same.png").write_bytes(ONE)
    stream = io.BytesIO()
    with Image.open(io.BytesIO(ONE)) as opened:
        opened.transpose(Image.Transpose.ROTATE_90).save(stream, "PNG")
    (tmp_path / "turned.png").write_bytes(stream.getvalue())
    ran = tutela("lookup", tmp_path / "same.png", tmp_path / "turned.png", "--list", "known", "--json")
    same, turned = ran.lines
    assert [(a["technology"], a["entry"]) for a in same["answers"]] == [("sha256", 2), ("pdq", 1)]
    (found,) = turned["answers"]
    assert (found["technology"], found["entry"], found["orientation"]) == ("pdq", 1, "rotated_270")
    shown = tutela("lookup", tmp_path / "same.png", "--kind", "pdq", "--list", "known").out
    assert "4 bits" in shown
    assert "sha256" not in shown


def test_what_is_disabled_is_found_and_says_so(tutela: Tutela) -> None:
    tutela("hashlist", "disable", "known", "--entry", "1")
    answers = tutela("lookup", f"pdq:{value(ONE)}", "--json").lines[0]["answers"]
    assert [(a["entry"], a["enabled"]) for a in answers] == [(1, False), (4, True)]
    tutela("hashlist", "disable", "looked-at")
    answers = tutela("lookup", f"pdq:{value(ONE)}", "--json").lines[0]["answers"]
    assert [a["enabled"] for a in answers] == [False, False]
    assert "no: cannot match" in tutela("lookup", f"pdq:{value(ONE)}").out
    tutela("hashlist", "remove", "known", "--entry", "1")
    answers = tutela("lookup", f"pdq:{value(ONE)}", "--json").lines[0]["answers"]
    assert [a["entry"] for a in answers] == [4]


@pytest.mark.parametrize(("threshold", "found"), [("0", 0), ("3", 0), ("4", 1), ("256", 3)])
def test_a_threshold_of_ones_own(tutela: Tutela, threshold: str, found: int) -> None:
    ran = tutela("lookup", f"pdq:{value(ONE)}", "--threshold", threshold, "--json")
    answers = ran.lines[0]["answers"]
    assert len(answers) == found
    assert {a["threshold"] for a in answers} <= {int(threshold)}


def test_what_cannot_be_asked_is_told(tutela: Tutela, tmp_path: Path) -> None:
    (tmp_path / "same.png").write_bytes(ONE)
    for arguments, told in (
        ([value(ONE)], "64 digits may be pdq or sha256"),
        (["5a"], "no file and no fingerprint"),
        ([tmp_path / "gone.png"], "no file and no fingerprint"),
        ([value(ONE), "--kind", "md5"], "32 hexadecimal digits"),
        ([value(ONE), "--kind", "md6"], "no fingerprint is called 'md6'"),
        ([value(ONE), "--kind", "pdq", "--list", "unknown"], "there is no hash list 'unknown'"),
        ([value(ONE), "--kind", "pdq", "--threshold", "257"], "0 to 256"),
        ([tmp_path / "same.png", "--threshold", "5"], "give --kind too"),
        ([f"photodna:{'00' * 144}"], "photodna has no threshold"),
    ):
        ran = tutela("lookup", *arguments)
        assert (ran.code, ran.out) == (2, ""), arguments
        assert told in ran.err


def test_of_a_file_that_is_no_picture_the_digests_are_looked_up(tutela: Tutela, tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes(ONE[:300])
    ran = tutela("lookup", tmp_path / "cut.png")
    assert ran.code == 3
    assert "on no list" in ran.out
    assert "cut.png" in ran.err


def test_nothing_is_recorded(tutela: Tutela) -> None:
    before = tutela("events", "export").out
    assert tutela("lookup", f"pdq:{value(ONE)}").code == 0
    assert tutela("events", "export").out == before
