import hashlib

import pytest

from tests.content.pictures import encoded, texture
from tutela.content.item import Kind, Limits, Outcome
from tutela.detection.fingerprinting import Fingerprinted, fingerprint
from tutela.detection.fingerprints.exact import Md5, Sha256
from tutela.detection.fingerprints.fingerprint import Fingerprint, Orientation
from tutela.detection.fingerprints.pdq import Pdq

KINDS = (Md5(), Pdq(), Sha256())
PICTURE = encoded(texture(), "PNG")
SOUND = b"ID3\4" + bytes(60)


class Untouchable(Md5):
    def of_bytes(self, data: bytes) -> Fingerprint:
        raise AssertionError("the bytes were hashed")


class Watched(Pdq):
    def of_bytes(self, data: bytes) -> Fingerprint:
        raise AssertionError("bytes were given to a kind that needs pixels")


def made(data: bytes, limits: Limits | None = None, excludes: frozenset[str] = frozenset()) -> Fingerprinted:
    return fingerprint(data, KINDS, limits or Limits(), excludes)


def test_a_picture_gets_every_fingerprint() -> None:
    result = made(PICTURE)
    assert (result.kind, result.size, result.failure, result.reason) == (Kind.IMAGE, len(PICTURE), None, "")
    assert len(result.of("pdq")) == 8
    assert result.of("pdq")[0].orientation is Orientation.UPRIGHT
    upright = result.upright("md5")
    assert upright is not None
    assert upright.value == hashlib.md5(PICTURE).digest()
    assert result.quality == result.of("pdq")[3].quality
    assert result.upright("photodna") is None


@pytest.mark.parametrize(
    ("data", "kind", "failure"),
    [
        (b"", Kind.OTHER, Outcome.UNDECODABLE),
        (PICTURE[: len(PICTURE) // 2], Kind.IMAGE, Outcome.UNDECODABLE),
        (b"an ordinary text", Kind.OTHER, Outcome.UNSUPPORTED),
        (b"\x1aE\xdf\xa3" + bytes(60), Kind.VIDEO, Outcome.UNDECODABLE),
        (SOUND, Kind.AUDIO, Outcome.UNSUPPORTED),
        (b"\0\0\0\x20ftypheic" + bytes(60), Kind.IMAGE, Outcome.UNDECODABLE),
        (b"Rar!\x1a\x07\x01" + bytes(60), Kind.OTHER, Outcome.UNSUPPORTED),
    ],
)
def test_what_cannot_be_decoded_still_has_its_digests(data: bytes, kind: Kind, failure: Outcome) -> None:
    result = made(data)
    assert (result.kind, result.failure, result.quality) == (kind, failure, None)
    assert result.reason
    assert {f.kind: f.value for f in result.fingerprints} == {
        "md5": hashlib.md5(data).digest(),
        "sha256": hashlib.sha256(data).digest(),
    }


def test_too_many_pixels_leave_the_digests_and_too_many_bytes_leave_nothing() -> None:
    wide = made(PICTURE, Limits(max_pixels=10))
    assert (wide.failure, [f.kind for f in wide.fingerprints]) == (Outcome.OVER_LIMIT, ["md5", "sha256"])
    long = fingerprint(PICTURE, (Untouchable(), Watched()), Limits(max_bytes=len(PICTURE) - 1))
    assert (long.failure, long.fingerprints, long.kind) == (Outcome.OVER_LIMIT, (), Kind.IMAGE)
    assert made(PICTURE, Limits(max_bytes=len(PICTURE))).failure is None


def test_audio_outside_the_regime_is_not_even_hashed() -> None:
    excludes = frozenset({"audio", "end_to_end"})
    result = fingerprint(SOUND, (Untouchable(), Watched()), Limits(), excludes)
    assert (result.kind, result.fingerprints, result.failure) == (Kind.AUDIO, (), Outcome.UNSUPPORTED)
    assert "outside the regime" in result.reason
    assert len(made(SOUND).fingerprints) == 2
    assert made(PICTURE, excludes=excludes) == made(PICTURE)


def test_an_ogg_video_is_not_taken_for_excluded_audio() -> None:
    page = b"OggS" + bytes(22) + b"\x01\x2a" + b"\x80theora" + bytes(35)
    assert made(page, excludes=frozenset({"audio"})).kind is Kind.VIDEO
    assert len(made(page, excludes=frozenset({"audio"})).fingerprints) == 2


def test_what_is_given_stands_beside_the_digests_unless_nothing_may_be_read() -> None:
    given = [Fingerprint("photodna", bytes(144), computed="given")]

    def with_it(data: bytes, limits: Limits | None = None, excludes: frozenset[str] = frozenset()) -> Fingerprinted:
        return fingerprint(data, KINDS, limits or Limits(), excludes, given)

    for data in (PICTURE, PICTURE[: len(PICTURE) // 2], b"an ordinary text", SOUND):
        assert with_it(data).of("photodna") == given
    assert with_it(PICTURE, Limits(max_bytes=5)).of("photodna") == []
    assert with_it(SOUND, excludes=frozenset({"audio"})).of("photodna") == []


def test_without_kinds_there_are_no_fingerprints() -> None:
    assert fingerprint(PICTURE, (), Limits()).fingerprints == ()
