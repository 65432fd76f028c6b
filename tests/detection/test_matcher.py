from datetime import UTC, datetime

import pytest
from PIL import Image

from tests.content.pictures import encoded, texture
from tests.detection.fingerprints.backbones import blots
from tutela.content.item import Limits, Outcome
from tutela.detection.fingerprinting import Fingerprinted, fingerprint
from tutela.detection.fingerprints.fingerprint import Fingerprint, Orientation
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.hashlist import Entry
from tutela.detection.matcher import Matcher

KINDS = installed_kinds()
PICTURE = encoded(texture(200, 150, seed=4, grain=12), "PNG")
FLAT = encoded(Image.new("RGB", (60, 60), (90, 120, 40)), "PNG")
TEXT = b"an ordinary text"


def item(data: bytes, limits: Limits | None = None) -> Fingerprinted:
    return fingerprint(data, KINDS.values(), limits or Limits())


def entry(id_: int, kind: str, value: bytes, classification: str | None = None) -> Entry:
    added = datetime(2026, 3, 1, tzinfo=UTC)
    return Entry(id_, f"list-{id_}", kind, value, classification, (), None, added)


def value_of(data: bytes, kind: str) -> bytes:
    upright = item(data).upright(kind)
    assert upright is not None
    return upright.value


def changed(value: bytes, bits: int) -> bytes:
    return (int.from_bytes(value) ^ ((1 << bits) - 1)).to_bytes(len(value))


def test_nothing_listed_is_clean_and_names_what_ran() -> None:
    judgement = Matcher.over(KINDS, []).judge(item(PICTURE))
    assert (judgement.outcome, judgement.detections, judgement.low_quality) == (Outcome.CLEAN, (), False)
    assert set(judgement.technologies) == {"md5", "pdq", "sha1", "sha256"}


def test_a_match_states_technology_version_threshold_and_entry() -> None:
    listed = entry(7, "pdq", changed(value_of(PICTURE, "pdq"), 5), "B1")
    (found,) = Matcher.over(KINDS, [listed]).judge(item(PICTURE)).detections
    assert (found.technology, found.version, found.threshold, found.distance) == ("pdq", KINDS["pdq"].VERSION, 31, 5)
    assert (found.hashlist, found.entry, found.classification) == ("list-7", 7, "B1")
    assert (found.orientation, found.computed) == (Orientation.UPRIGHT, "reference")
    assert found.quality == item(PICTURE).quality


@pytest.mark.parametrize(
    ("data", "limits", "failure"),
    [
        (PICTURE[:-100], Limits(), Outcome.UNDECODABLE),
        (b"", Limits(), Outcome.UNDECODABLE),
        (TEXT, Limits(), Outcome.UNSUPPORTED),
        (PICTURE, Limits(max_pixels=5), Outcome.OVER_LIMIT),
    ],
)
def test_a_digest_match_stands_before_every_failure(data: bytes, limits: Limits, failure: Outcome) -> None:
    found = item(data, limits)
    nothing = Matcher.over(KINDS, []).judge(found)
    assert (nothing.outcome, nothing.reason) == (failure, found.reason)
    assert set(nothing.technologies) == {"md5", "sha1", "sha256"}
    md5 = found.upright("md5")
    assert md5 is not None
    judgement = Matcher.over(KINDS, [entry(1, "md5", md5.value)]).judge(found)
    assert judgement.outcome is Outcome.MATCH
    assert [(d.technology, d.distance) for d in judgement.detections] == [("md5", 0)]


def test_what_was_not_read_matches_nothing() -> None:
    judgement = Matcher.over(KINDS, [entry(1, "md5", value_of(PICTURE, "md5"))]).judge(
        item(PICTURE, Limits(max_bytes=5))
    )
    assert (judgement.outcome, judgement.technologies) == (Outcome.OVER_LIMIT, ())


def test_low_quality_is_flagged_and_left_to_the_digests() -> None:
    listed = [entry(1, "pdq", value_of(FLAT, "pdq"))]
    judgement = Matcher.over(KINDS, listed).judge(item(FLAT))
    assert (judgement.outcome, judgement.low_quality) == (Outcome.CLEAN, True)
    assert set(judgement.technologies) == {"md5", "sha1", "sha256"}
    judgement = Matcher.over(KINDS, [*listed, entry(2, "sha256", value_of(FLAT, "sha256"))]).judge(item(FLAT))
    assert (judgement.outcome, judgement.low_quality) == (Outcome.MATCH, True)
    assert [d.entry for d in judgement.detections] == [2]


@pytest.mark.parametrize("transposition", [None, *Image.Transpose])
@pytest.mark.parametrize(("width", "height"), [(200, 150), (120, 120), (900, 640)])
def test_a_turned_copy_is_found(transposition: Image.Transpose | None, width: int, height: int) -> None:
    picture = texture(width, height, seed=6, grain=16)
    turned = picture if transposition is None else picture.transpose(transposition)
    matcher = Matcher.over(KINDS, [entry(1, "pdq", value_of(encoded(picture, "PNG"), "pdq"))])
    judgement = matcher.judge(item(encoded(turned, "PNG")))
    assert judgement.outcome is Outcome.MATCH
    (found,) = judgement.detections
    assert found.distance <= 2
    assert (found.orientation is Orientation.UPRIGHT) is (transposition is None)


def test_nearest_first_over_all_technologies_then_by_entry() -> None:
    pdq = value_of(PICTURE, "pdq")
    listed = [
        entry(1, "pdq", changed(pdq, 9)),
        entry(2, "pdq", changed(pdq, 3)),
        entry(3, "pdq", changed(pdq, 31)),
        entry(4, "pdq", changed(pdq, 3)),
        entry(5, "pdq", changed(pdq, 32)),
        entry(6, "sha256", value_of(PICTURE, "sha256")),
        entry(7, "md5", value_of(PICTURE, "md5")),
    ]
    found = Matcher.over(KINDS, listed).judge(item(PICTURE)).detections
    assert [(d.entry, d.distance) for d in found] == [(7, 0), (6, 0), (2, 3), (4, 3), (1, 9), (3, 31)]


def test_an_entry_that_fits_in_several_orientations_is_found_once_at_its_nearest() -> None:
    symmetric = Image.new("L", (100, 100))
    symmetric.paste(texture(100, 50, seed=9, grain=10).convert("L"), (0, 0))
    symmetric.paste(symmetric.crop((0, 0, 100, 50)).transpose(Image.Transpose.FLIP_TOP_BOTTOM), (0, 50))
    data = encoded(symmetric, "PNG")
    within = [f for f in item(data).of("pdq") if f.value == value_of(data, "pdq")]
    assert {f.orientation for f in within} >= {Orientation.UPRIGHT, Orientation.FLIPPED_TOP_BOTTOM}
    (found,) = Matcher.over(KINDS, [entry(1, "pdq", value_of(data, "pdq"))]).judge(item(data)).detections
    assert (found.distance, found.orientation) == (0, Orientation.UPRIGHT)


@pytest.mark.parametrize(("threshold", "found"), [(1, 0), (9, 0), (10, 1), (256, 1)])
def test_a_threshold_of_ones_own_holds_and_is_written_down(threshold: int, found: int) -> None:
    listed = [entry(1, "pdq", changed(value_of(PICTURE, "pdq"), 10))]
    detections = Matcher.over(KINDS, listed, {"pdq": threshold}).judge(item(PICTURE)).detections
    assert [d.threshold for d in detections] == [threshold] * found


@pytest.mark.parametrize(
    "thresholds",
    [{"pdq": -1}, {"pdq": 0}, {"pdq": 257}, {"photodna": 0}, {"md5": 1}, {"photodna": 144 * 255**2 + 1}, {"": 0}],
)
def test_a_threshold_that_a_kind_cannot_have_is_refused_at_once(thresholds: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="threshold"):
        Matcher.over(KINDS, [], thresholds)


def test_an_entry_of_a_kind_that_is_not_installed_is_refused() -> None:
    with pytest.raises(ValueError, match="entry 3 is a 'neuralhash', which is not installed"):
        Matcher.over(KINDS, [entry(3, "neuralhash", bytes(96))])


PHOTODNA = bytes(range(144))
NEAR = bytes([5, *range(1, 144)])


def given(*values: bytes) -> Fingerprinted:
    photodna = [Fingerprint("photodna", value, computed="given") for value in values]
    return fingerprint(PICTURE, KINDS.values(), Limits(), given=photodna)


def test_photodna_given_with_an_item_is_matched_by_the_operators_threshold() -> None:
    listed = [entry(1, "photodna", PHOTODNA), entry(2, "photodna", bytes(144))]
    judgement = Matcher.over(KINDS, listed, {"photodna": 25}).judge(given(NEAR))
    (found,) = judgement.detections
    assert (found.technology, found.distance, found.threshold, found.entry) == ("photodna", 25, 25, 1)
    assert found.computed == "given"
    assert "photodna" in judgement.technologies
    assert Matcher.over(KINDS, listed, {"photodna": 24}).judge(given(NEAR)).outcome is Outcome.CLEAN
    assert "photodna" not in Matcher.over(KINDS, listed, {"photodna": 25}).judge(item(PICTURE)).technologies


def test_without_a_threshold_photodna_is_not_compared() -> None:
    matcher = Matcher.over(KINDS, [entry(1, "photodna", PHOTODNA), entry(2, "md5", bytes(16))])
    judgement = matcher.judge(given(PHOTODNA))
    assert judgement.outcome is Outcome.CLEAN
    assert "photodna" not in judgement.technologies


def test_distances_of_several_technologies_are_ordered_by_their_share_of_the_threshold() -> None:
    listed = [entry(1, "pdq", changed(value_of(PICTURE, "pdq"), 20)), entry(2, "photodna", PHOTODNA)]
    matcher = Matcher.over(KINDS, listed, {"photodna": 250})
    assert [(d.entry, d.distance) for d in matcher.judge(given(NEAR)).detections] == [(2, 25), (1, 20)]


def test_an_embedding_finds_an_alike_picture_in_any_orientation() -> None:
    kind = blots()
    kinds = {**KINDS, kind.KIND: kind}
    alike = encoded(texture(200, 150, seed=4, grain=12).rotate(90, expand=True).resize((90, 120)), "JPEG")
    known = fingerprint(PICTURE, kinds.values(), Limits()).upright(kind.KIND)
    assert known is not None
    matcher = Matcher.over(kinds, [entry(1, kind.KIND, known.value)])
    (found,) = matcher.judge(fingerprint(alike, kinds.values(), Limits())).detections
    assert (found.technology, found.version, found.threshold) == (kind.KIND, kind.VERSION, 20_000)
    assert 0 < found.distance <= 20_000
    assert found.orientation is Orientation.ROTATED_270
