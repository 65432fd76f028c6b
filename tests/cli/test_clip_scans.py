"""Scans find listed clips and pictures within clips, with the time."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("av", reason="PyAV is not installed: pip install 'tutela[video]'")

from PIL import Image

from tests.cli.listing import folder_of, listed
from tests.commands import InProcess
from tests.content.clips import encoded, wandering
from tutela.content.item import Limits
from tutela.content.video import frame_at
from tutela.detection.fingerprinting import fingerprint
from tutela.detection.fingerprints.registry import installed_kinds

X264 = {"preset": "veryfast"}


def clip(seed: int, *parts: tuple[int, int], form: str = "mp4") -> bytes:
    """Return a clip of stretches of one scene, in frames of 30 a second."""
    whole = list(wandering(seed, 240))
    frames = [frame for begin, end in parts for frame in whole[begin:end]]
    return encoded(frames, form=form, codec="libx264", options=X264)


def by_kind(row: dict[str, object]) -> dict[str, Any]:
    matches = row["matches"]
    assert isinstance(matches, list)
    return {match["technology"]: match for match in matches}


def test_a_list_of_ones_own_clips_is_made_and_finds_copies_with_their_time(tmp_path: Path) -> None:
    tutela = InProcess(tmp_path / "data")
    known = folder_of(tmp_path / "known", one__mp4=clip(1, (0, 240)))
    printed = tutela("hash", "--json", str(known / "one.mp4"))
    assert printed.code == 0, printed.err
    (tmp_path / "list.jsonl").write_text(printed.out)
    tutela("hashlist", "create", "mine", "--owner", "O", "--source", "S", "--jurisdiction", "SE")
    imported = tutela("hashlist", "import", "mine", str(tmp_path / "list.jsonl"), "--json")
    assert imported.lines[0]["added"] == 4  # md5, sha256, vpdq, tmk

    short = clip(1, (60, 200), form="matroska")
    copies = folder_of(
        tmp_path / "copies",
        whole__mkv=clip(1, (0, 240), form="matroska"),
        short__bin=short,
        other__mp4=clip(2, (0, 150)),
        cut__ts=short[:-2000],
    )
    rows = {Path(row["path"]).name: row for row in tutela("scan", str(copies), "--json").lines if row["type"] == "item"}
    assert rows["other.mp4"]["outcome"] == "clean"
    for name in ("short.bin", "cut.ts"):
        assert (rows[name]["outcome"], rows[name]["kind"]) == ("match", "video")
        found = by_kind(rows[name])["vpdq"]
        assert found["place"] == "0:00.000-0:04.000"
        assert found["shares"]["query_percent"] == 100
        assert found["shares"]["entry_seconds"] == [2, 6]
        assert found["shares"]["frames"] == "a frame a second"
    assert by_kind(rows["whole.mkv"])["tmk"]["place"] is None


def test_a_listed_picture_within_a_clip_is_found_at_its_time_by_a_technology_of_its_own(tmp_path: Path) -> None:
    tutela = InProcess(tmp_path / "data")
    file = io.BytesIO()
    shown = clip(3, (0, 150))
    Image.fromarray(frame_at(shown, 3.0, Limits())).transpose(Image.Transpose.ROTATE_90).save(file, "PNG")
    kinds = installed_kinds()
    upright = fingerprint(file.getvalue(), [kinds["pdq"]], Limits()).upright("pdq")
    assert upright is not None
    listed(tutela, "pictures", f"pdq:{upright.hex}")
    folder = folder_of(tmp_path / "folder", holiday__mp4=shown)
    row, _ = tutela("scan", str(folder), "--json").lines
    (match,) = row["matches"]
    assert (match["technology"], match["orientation"]) == ("pdq-frame", "rotated_90")
    begin, end = (float(text.split(":")[1]) for text in match["place"].split("-"))
    assert begin <= 3 <= end


def test_keyframes_are_said_to_have_been_looked_at(tmp_path: Path) -> None:
    tutela = InProcess(tmp_path / "data")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tutela.toml").write_text('[video]\nframes = "keyframes"\n')
    known = folder_of(tmp_path / "known", one__mp4=clip(1, (0, 240)))
    (tmp_path / "list.jsonl").write_text(
        "\n".join(json.dumps({"vpdq": row["vpdq"]}) for row in tutela("hash", "--json", str(known / "one.mp4")).lines)
    )
    tutela("hashlist", "create", "mine", "--owner", "O", "--source", "S", "--jurisdiction", "SE")
    assert tutela("hashlist", "import", "mine", str(tmp_path / "list.jsonl")).code == 0
    copies = folder_of(tmp_path / "copies", copy__mkv=clip(1, (0, 240), form="matroska"))
    row, _ = tutela("scan", str(copies), "--json").lines
    assert row["matches"][0]["shares"]["frames"] == "keyframes"
