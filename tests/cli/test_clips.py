"""`tutela hash --every-frame`: what is printed of a clip, of one that breaks off, and of what is none."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

pytest.importorskip("av", reason="PyAV is not installed: pip install 'tutela[video]'")

from tests.commands import InProcess
from tests.content.clips import encoded, wandering
from tests.content.pictures import encoded as picture
from tests.content.pictures import texture
from tutela.detection.fingerprints.video.tmk_file import read


def test_a_clip_is_printed_frame_by_frame_and_as_a_whole(tmp_path: Path) -> None:
    tutela = InProcess(tmp_path / "nothing")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(encoded(wandering(1, 60)))
    ran = tutela("hash", "--json", "--every-frame", str(clip))
    assert ran.code == 0, ran.err
    (row,) = ran.lines
    assert [frame["frame"] for frame in row["vpdq"]] == list(range(60))
    assert [frame["time"] for frame in row["vpdq"][:4]] == [0.0, 0.033, 0.067, 0.1]
    assert {len(frame["pdq"]) for frame in row["vpdq"]} == {64}
    assert all(0 <= frame["quality"] <= 100 for frame in row["vpdq"])
    assert read(base64.b64decode(row["tmk"])).frames == 32  # the published choice of 60 frames at 30 a second
    assert row["sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert "error" not in row

    lines = tutela("hash", "--every-frame", str(clip)).out.splitlines()
    first = row["vpdq"][0]
    assert lines[0] == f"0,{first['quality']},{first['pdq']},0.000"
    assert len(lines) == 60


def test_what_breaks_off_is_printed_as_far_as_it_goes(tmp_path: Path) -> None:
    tutela = InProcess(tmp_path / "nothing")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(encoded(wandering(1, 60))[:2000])
    ran = tutela("hash", "--json", "--every-frame", str(clip))
    assert ran.code == 3
    (row,) = ran.lines
    assert (row["vpdq"], row["tmk"]) == ([], None)
    assert row["error"] in ran.err


def test_of_a_picture_it_prints_what_it_always_does(tmp_path: Path) -> None:
    tutela = InProcess(tmp_path / "nothing")
    path = tmp_path / "picture.png"
    path.write_bytes(picture(texture(), "PNG"))
    (with_it,), (without,) = (tutela("hash", "--json", *more, str(path)).lines for more in ([], ["--every-frame"]))
    assert with_it == without
    assert len(with_it["pdq"]) == 64
