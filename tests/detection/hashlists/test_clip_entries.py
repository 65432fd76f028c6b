"""Clips in lists: read from files and from what others publish, kept under their digest, written and read again."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.detection.fingerprints.video.test_kinds import tmk
from tests.detection.test_clip_matching import HASHES, shown
from tutela.detection.fingerprints.fingerprint import BadFingerprint
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.fingerprints.video import tmk_file
from tutela.detection.fingerprints.video.frame_hashes import packed
from tutela.detection.fingerprints.video.tmk_kind import TmkPdqf
from tutela.detection.fingerprints.video.vpdq import Vpdq
from tutela.detection.hashlists.clip_files import clip_of_file
from tutela.detection.hashlists.hashlist import Entry, NewEntry
from tutela.detection.hashlists.reading import EntryReader
from tutela.detection.hashlists.rows import Format
from tutela.detection.hashlists.writing import write_entries

KINDS = installed_kinds()
START = datetime(2026, 1, 1, tzinfo=UTC)
FRAMES = packed(shown(range(30)))
WHOLE = tmk_file.written(tmk())
ENTRIES = [
    NewEntry("vpdq", hashlib.sha256(FRAMES).digest(), "A1", ("One",), "c-1", long=FRAMES),
    NewEntry("tmk", hashlib.sha256(WHOLE).digest(), "A1", ("One",), "c-1", long=WHOLE),
]
LINES = "".join(f"{n},{q},{value.hex()},{s:.3f}\n" for n, (s, q, value) in enumerate(shown(range(30))))


def read(text: str, format_: Format | None = None, name: str = "-", kind: str | None = None) -> EntryReader:
    return EntryReader(io.StringIO(text, newline=""), KINDS, format_=format_, name=name, only_kind=kind)


def as_entry(new: NewEntry) -> Entry:
    return Entry(
        1, "list", new.kind, new.value, new.classification, new.verified_by, new.reference, START, long=new.long
    )


@pytest.mark.parametrize("format_", Format)
@pytest.mark.parametrize("guessed", [False, True])
def test_what_is_written_is_read_again(format_: Format, guessed: bool) -> None:
    text = "".join(write_entries(map(as_entry, ENTRIES), format_, KINDS))
    reader = read(text, None if guessed else format_)
    found = list(reader)
    assert not reader.bad
    if format_ is Format.LINES:
        assert [(e.kind, e.value, e.long) for e in found] == [(e.kind, e.value, e.long) for e in ENTRIES]
    else:
        assert found == ENTRIES


def test_what_hash_prints_of_a_clip_is_an_entry_of_each_kind() -> None:
    every_frame = [
        {"frame": n, "time": s, "quality": q, "pdq": value.hex()} for n, (s, q, value) in enumerate(shown(range(30)))
    ]
    for frames in (every_frame, Vpdq().written(FRAMES)):
        row = {"path": "a.mp4", "md5": "5a" * 16, "vpdq": frames, "tmk": TmkPdqf().written(WHOLE), "error": None}
        found = list(read(json.dumps(row)))
        assert [(e.kind, e.long) for e in found] == [("md5", b""), ("tmk", WHOLE), ("vpdq", FRAMES)]


def test_a_clip_that_is_none_is_a_bad_row_and_the_others_are_read() -> None:
    bad = [
        '{"kind": "vpdq", "value": "[]"}',
        '{"kind": "tmk", "value": "AAAA"}',
        '{"kind": "pdq-frame", "value": "5a"}',
    ]
    reader = read("\n".join([*bad, json.dumps({"kind": "vpdq", "value": Vpdq().written(FRAMES)})]), Format.JSONL)
    assert [e.long for e in reader] == [FRAMES]
    assert [b.line for b in reader.bad] == [1, 2, 3]
    assert "unknown kind 'pdq-frame'" in reader.bad[2].reason


def test_the_published_files_of_a_clip_are_one_entry_each(tmp_path: Path) -> None:
    for name, content, entry in (
        ("a.txt", LINES.encode(), ENTRIES[0]),
        ("a.bin", WHOLE, ENTRIES[1]),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        found = clip_of_file(path)
        assert found is not None
        assert (found.kind, found.value, found.long) == (entry.kind, entry.value, entry.long)
    (tmp_path / "list.txt").write_text(f"pdq:{HASHES[0].hex()}\n")
    assert clip_of_file(tmp_path / "list.txt") is None
    assert clip_of_file(tmp_path / "absent") is None
    for name, content in (("cut.tmk", WHOLE[:-1]), ("cut.txt", LINES.encode() + b"31,100,5a,3.0\n")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadFingerprint):
            clip_of_file(tmp_path / name)


def test_a_value_that_nobody_can_write_is_written_by_its_digest() -> None:
    (row,) = csv.DictReader(io.StringIO("".join(write_entries([as_entry(ENTRIES[0])], Format.CSV))))
    assert row["value"] == ENTRIES[0].value.hex()
