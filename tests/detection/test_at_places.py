"""Items with parts: what ends how, what a thumbnail adds, and what a sample keeps of places."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from tests.content.containers import mailed, tarred, with_thumbnail, zipped
from tests.content.pictures import encoded, texture
from tutela.content.item import Limits, Outcome
from tutela.content.place import WHOLE
from tutela.detection.fingerprinting import Fingerprinted, fingerprint
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.hashlist import Entry
from tutela.detection.matcher import Matcher
from tutela.detection.sample import SampleReader, head_line, item_line

KINDS = installed_kinds()
LISTED, OTHER = (texture(600, 400, seed, 24) for seed in (1, 2))
PICTURE, INNOCENT = encoded(LISTED, "PNG"), encoded(OTHER, "JPEG")
TEXT = b"Only words."


def made(data: bytes, limits: Limits | None = None, *, reduced: bool = False) -> Fingerprinted:
    return fingerprint(data, KINDS.values(), limits or Limits(), reduced=reduced)


def matcher(data: bytes = PICTURE, kind: str = "pdq") -> Matcher:
    value = made(data).of(kind)[0].value
    return Matcher.over(KINDS, [Entry(7, "trial", kind, value, "A1", (), None, datetime(2026, 1, 1, tzinfo=UTC))])


LOCKED = zipped({"a.png": PICTURE}).replace(b"PK\3\4\x14\0\0\0", b"PK\3\4\x14\0\1\0")
LOCKED = LOCKED.replace(b"PK\1\2\x14\x03\x14\0\0\0", b"PK\1\2\x14\x03\x14\0\1\0")


@pytest.mark.parametrize(
    ("files", "outcome", "reason"),
    [
        ({"a.jpg": INNOCENT, "b.txt": TEXT}, Outcome.CLEAN, ""),
        (
            {"b.txt": TEXT},
            Outcome.UNSUPPORTED,
            "other: there is nothing in it that is decoded, matched by digest alone",
        ),
        ({"a.jpg": INNOCENT, "c.jpg": INNOCENT[:900]}, Outcome.UNDECODABLE, "c.jpg: the picture cannot be read"),
        ({"a.jpg": INNOCENT, "c.rar": b"Rar!\x1a\x07\x01\0"}, Outcome.UNSUPPORTED, "c.rar: a RAR archive"),
        ({"a.jpg": INNOCENT, "c.zip": LOCKED}, Outcome.UNSUPPORTED, "c.zip > a.png: it is encrypted"),
        (
            {"a.rar": b"Rar!\x1a\x07\x01\0", "b.jpg": INNOCENT[:900], "c.png": encoded(texture(900, 900), "PNG")},
            Outcome.OVER_LIMIT,
            "c.png: 900 x 900 = 810,000 pixels, at most 500,000 are decoded (and 2 more that were not looked at)",
        ),
    ],
)
def test_an_item_ends_as_the_gravest_that_befell_anything_in_it(
    files: Mapping[str, bytes], outcome: Outcome, reason: str
) -> None:
    for data in (zipped(files), tarred(files)):
        judged = matcher().judge(made(data, Limits(max_pixels=500_000)))
        assert judged.outcome is outcome
        assert judged.reason.startswith(reason)
        assert bool(judged.reason) == (outcome is not Outcome.CLEAN)


def test_a_match_stands_whatever_else_is_in_the_item() -> None:
    judged = matcher().judge(made(zipped({"a": b"Rar!\x1a\x07\x01\0", "b": INNOCENT[:900], "c": PICTURE})))
    assert judged.outcome is Outcome.MATCH
    assert [found.place.text for found in judged.detections] == ["c"]


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_every_file_is_compared_by_digest_whatever_it_is(kind: str) -> None:
    (found,) = matcher(TEXT, kind).judge(made(zipped({"in.tar": tarred({"a.txt": TEXT})}))).detections
    assert (found.place.text, found.distance, found.threshold) == ("in.tar > a.txt", 0, 0)


def test_a_thumbnail_of_another_picture_is_matched_and_one_of_the_same_is_not_told_twice() -> None:
    thumbnails = {one: encoded(picture.resize((160, 107)), "JPEG") for one, picture in ((1, LISTED), (2, OTHER))}
    for reduced in (False, True):
        hidden = made(with_thumbnail(OTHER.resize((1200, 800)), thumbnails[1]), reduced=reduced)
        assert [found.place.text for found in matcher().judge(hidden).detections] == ["thumbnail"]
        same = made(with_thumbnail(LISTED.resize((1200, 800)), thumbnails[1]), reduced=reduced)
        assert {one.place for one in same.fingerprints} == {WHOLE}
    broken = made(with_thumbnail(OTHER, thumbnails[2][:200]))
    assert (broken.failure, {one.place for one in broken.fingerprints}) == (None, {WHOLE})


def test_a_conversation_in_an_archive_is_not_hashed() -> None:
    said = json.dumps({"sender": "a", "at": "2026-11-01T10:00:00Z", "text": "Good morning"}).encode()
    places = {one.place.text for one in made(zipped({"talk.jsonl": said, "a.jpg": INNOCENT})).fingerprints}
    assert places == {"", "a.jpg"}


def test_the_quality_of_an_item_is_that_of_its_best_place() -> None:
    flat = encoded(texture(64, 64, grain=1), "PNG")
    assert matcher().judge(made(zipped({"flat.png": flat}))).low_quality
    item = made(zipped({"flat.png": flat, "a.png": PICTURE}))
    assert not matcher().judge(item).low_quality
    assert item.quality == made(PICTURE).quality


def test_the_digest_of_a_part_is_that_of_its_bytes() -> None:
    item = made(mailed({"a.png": PICTURE}))
    (of_part,) = [one for one in item.fingerprints if one.kind == "sha256" and one.place.text == "a.png"]
    assert of_part.value == hashlib.sha256(PICTURE).digest()


def test_a_sample_keeps_every_place() -> None:
    item = made(zipped({"mine/é.png": PICTURE, "in.tar": tarred({"b.jpg": INNOCENT})}))
    lines = [head_line(KINDS), item_line("a.zip", item), item_line(2, item)]
    read, nameless = SampleReader(lines, KINDS)
    assert set(read.fingerprinted.fingerprints) == set(item.fingerprints)
    assert "mine" not in lines[2]
    assert len({one.place for one in nameless.fingerprinted.fingerprints}) == 4
    for one in (read, nameless):
        assert len(matcher().judge(one.fingerprinted).detections) == 1


def test_a_sample_of_the_first_format_is_still_read() -> None:
    item = made(PICTURE)
    head = json.dumps({**json.loads(head_line(KINDS)), "sample": 1})
    (read,) = SampleReader([head, item_line("a.png", item)], KINDS)
    assert read.fingerprinted == item
