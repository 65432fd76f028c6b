"""Reduced pictures rule items out; what matches or nearly does is decided by the full picture alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import Image

from tests.content.pictures import encoded, texture
from tutela.content.item import Limits, Outcome
from tutela.detection.fingerprinting import Fingerprinted, fingerprint
from tutela.detection.fingerprints.exact import Md5
from tutela.detection.fingerprints.fingerprint import REFERENCE, Fingerprint, FingerprintKind
from tutela.detection.fingerprints.pdq import Pdq
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.hashlist import Entry
from tutela.detection.matcher import QUALITY_MARGIN, REDUCED_MARGIN, Matcher
from tutela.detection.recognition import recognise

KINDS: dict[str, FingerprintKind] = {"md5": Md5(), "pdq": Pdq()}
PHOTO = encoded(texture(800, 600, seed=4, grain=20), "JPEG", quality=90)


def made(data: bytes, *, reduced: bool) -> Fingerprinted:
    return fingerprint(data, KINDS.values(), Limits(), reduced=reduced)


def flipped(value: bytes, bits: int) -> bytes:
    return (int.from_bytes(value) ^ ((1 << bits) - 1)).to_bytes(len(value))


def listed(*values: bytes, kind: str = "pdq") -> list[Entry]:
    added = datetime(2026, 3, 1, tzinfo=UTC)
    return [Entry(n, "list", kind, value, None, (), None, added) for n, value in enumerate(values, start=1)]


def upright(item: Fingerprinted) -> bytes:
    found = item.upright("pdq")
    assert found is not None
    return found.value


class Full:
    """Gives the fingerprints of the full picture, and counts how often it is asked."""

    def __init__(self, item: Fingerprinted) -> None:
        self.item = item
        self.asked = 0

    def __call__(self) -> Fingerprinted:
        self.asked += 1
        return self.item


def item_of(value: bytes, computed: str, quality: int = 100) -> Fingerprinted:
    full = made(PHOTO, reduced=False)
    others = tuple(f for f in full.fingerprints if f.kind != "pdq")
    return replace(full, fingerprints=(*others, Fingerprint("pdq", value, quality=quality, computed=computed)))


def test_a_jpeg_is_told_reduced_only_where_that_is_asked() -> None:
    small, full = made(PHOTO, reduced=True), made(PHOTO, reduced=False)
    assert {f.computed for f in small.of("pdq")} == {"luminance 1/2"}
    assert {f.computed for f in full.of("pdq")} == {REFERENCE}
    assert (small.reduced, full.reduced) == (True, False)
    assert small.of("md5") == full.of("md5")


@pytest.mark.parametrize("data", [encoded(texture(), "PNG"), encoded(texture().convert("CMYK"), "JPEG")])
def test_what_cannot_be_reduced_is_the_reference(data: bytes) -> None:
    assert made(data, reduced=True) == made(data, reduced=False)


def test_a_kind_that_needs_every_pixel_gets_them() -> None:
    class Needy(Pdq):
        ENOUGH = None  # type: ignore[assignment]
        of_reduced = None  # type: ignore[assignment]

    class Plain:
        KIND, VERSION, BYTES, METRIC, THRESHOLD = "plain", "1", 32, "hamming", 0
        NEEDS, MINIMUM_QUALITY = "pixels", 0
        parse, of_bytes, of_pixels = Pdq.parse, Pdq.of_bytes, Pdq.of_pixels
        _made = Pdq._made

    kinds: list[FingerprintKind] = [Pdq(), Plain()]  # type: ignore[list-item]
    assert not fingerprint(PHOTO, kinds, Limits(), reduced=True).reduced


def test_an_item_that_is_far_from_every_entry_is_not_computed_again() -> None:
    full = Full(made(PHOTO, reduced=False))
    small = made(PHOTO, reduced=True)
    item, judgement = recognise(small, Matcher.over(KINDS, listed(bytes(32))), full)
    assert (item, judgement.outcome, full.asked) == (small, Outcome.CLEAN, 0)


@pytest.mark.parametrize("entry", ["pdq", "md5"])
def test_whatever_matches_is_recorded_as_the_reference(entry: str) -> None:
    full = Full(made(PHOTO, reduced=False))
    value = upright(full.item) if entry == "pdq" else full.item.of("md5")[0].value
    item, judgement = recognise(made(PHOTO, reduced=True), Matcher.over(KINDS, listed(value, kind=entry)), full)
    assert (item, full.asked, judgement.outcome) == (full.item, 1, Outcome.MATCH)
    assert not item.reduced
    assert {d.computed for d in judgement.detections} == {REFERENCE}
    assert [d.distance for d in judgement.detections] == [0]


@pytest.mark.parametrize(
    ("told", "truth", "outcome", "asked"),
    [(31, 31, Outcome.MATCH, 1), (31, 32, Outcome.CLEAN, 1), (27, 31, Outcome.MATCH, 1), (40, 40, Outcome.CLEAN, 0)],
)
def test_the_full_picture_alone_decides(told: int, truth: int, outcome: Outcome, asked: int) -> None:
    value = upright(made(PHOTO, reduced=False))
    full = Full(item_of(flipped(value, truth), REFERENCE))
    item, judgement = recognise(
        item_of(flipped(value, told), "luminance 1/4"), Matcher.over(KINDS, listed(value)), full
    )
    assert (judgement.outcome, full.asked) == (outcome, asked)
    assert [d.distance for d in judgement.detections] == ([truth] if outcome is Outcome.MATCH else [])
    assert item.reduced is (asked == 0)


@pytest.mark.parametrize("threshold", [1, 10, 20])
def test_below_the_usual_threshold_a_margin_finds_what_reducing_moved_away(threshold: int) -> None:
    value = upright(made(PHOTO, reduced=False))
    matcher = Matcher.over(KINDS, listed(value), {"pdq": threshold})
    full = Full(item_of(flipped(value, threshold), REFERENCE))
    _, judgement = recognise(item_of(flipped(value, threshold + REDUCED_MARGIN), "luminance 1/4"), matcher, full)
    assert (judgement.outcome, full.asked) == (Outcome.MATCH, 1)
    _, judgement = recognise(item_of(flipped(value, threshold + REDUCED_MARGIN + 1), "luminance 1/4"), matcher, full)
    assert (judgement.outcome, full.asked) == (Outcome.CLEAN, 1)


def test_the_reference_has_no_margin() -> None:
    value = upright(made(PHOTO, reduced=False))
    judgement = Matcher.over(KINDS, listed(value), {"pdq": 10}).judge(item_of(flipped(value, 11), REFERENCE))
    assert (judgement.outcome, judgement.near) == (Outcome.CLEAN, False)


@pytest.mark.parametrize(
    ("told", "truth", "asked", "low"),
    [
        (Pdq.MINIMUM_QUALITY - 1, Pdq.MINIMUM_QUALITY, 1, False),
        (Pdq.MINIMUM_QUALITY, Pdq.MINIMUM_QUALITY - 1, 1, True),
        (Pdq.MINIMUM_QUALITY - QUALITY_MARGIN - 1, Pdq.MINIMUM_QUALITY - 6, 0, True),
        (Pdq.MINIMUM_QUALITY + QUALITY_MARGIN + 1, Pdq.MINIMUM_QUALITY + 6, 0, False),
    ],
)
def test_quality_near_the_least_is_decided_by_the_full_picture(told: int, truth: int, asked: int, low: bool) -> None:
    value = upright(made(PHOTO, reduced=False))
    full = Full(item_of(value, REFERENCE, truth))
    _, judgement = recognise(item_of(value, "luminance 1/2", told), Matcher.over(KINDS, listed(bytes(32))), full)
    assert (full.asked, judgement.low_quality) == (asked, low)


def test_a_file_that_is_gone_when_it_is_read_again_is_an_error_and_no_match() -> None:
    gone = Fingerprinted(made(PHOTO, reduced=True).kind, 0, (), Outcome.ERROR, "No such file")
    matcher = Matcher.over(KINDS, listed(upright(made(PHOTO, reduced=False))))
    item, judgement = recognise(made(PHOTO, reduced=True), matcher, lambda: gone)
    assert (item, judgement.outcome, judgement.reason) == (gone, Outcome.ERROR, "No such file")


def turned_by_flag(picture: Image.Image, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[274] = orientation
    return encoded(picture, "JPEG", quality=90, exif=exif.tobytes())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("apply", [lambda image: image, lambda image: image.transpose(Image.Transpose.ROTATE_90)])
def test_an_exif_flag_hides_no_match(orientation: int, apply: Callable[[Image.Image], Image.Image]) -> None:
    kinds = installed_kinds()
    picture = texture(1200, 900, seed=9, grain=24)
    data = turned_by_flag(apply(picture), orientation)
    reference = fingerprint(encoded(picture, "PNG"), kinds.values(), Limits()).upright("pdq")
    assert reference is not None
    small = fingerprint(data, kinds.values(), Limits(), reduced=True)
    assert small.reduced
    _, judgement = recognise(
        small, Matcher.over(kinds, listed(reference.value)), lambda: fingerprint(data, kinds.values(), Limits())
    )
    assert judgement.outcome is Outcome.MATCH
    assert judgement.detections[0].distance <= 4
