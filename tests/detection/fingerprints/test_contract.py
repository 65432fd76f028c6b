"""What every installed kind of fingerprint keeps to. A new kind is tested here without another line."""

import base64
import hashlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.content.pictures import rgb, texture
from tests.detection.fingerprints.backbones import blots
from tests.detection.matching.metrics import direction
from tutela.detection.fingerprints.fingerprint import BadFingerprint, Fingerprint, FingerprintKind, Orientation
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.matching.index import Hit
from tutela.detection.matching.memory import MemoryIndex
from tutela.detection.matching.metrics import farthest
from tutela.detection.matching.shape import shape_of

INSTALLED = installed_kinds()
# Those of videos are many rows each, and have a contract of their own: video/test_kinds.py.
KINDS: dict[str, FingerprintKind] = {
    **{name: kind for name, kind in INSTALLED.items() if kind.NEEDS != "video"},
    blots().KIND: blots(),
}
COMPUTED = [name for name, kind in KINDS.items() if kind.NEEDS != "given"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> FingerprintKind:
    return KINDS[request.param]


@pytest.fixture(params=COMPUTED)
def computed(request: pytest.FixtureRequest) -> FingerprintKind:
    return KINDS[request.param]


def values(kind: FingerprintKind) -> st.SearchStrategy[bytes]:
    if kind.METRIC != "cosine":
        return st.binary(min_size=kind.BYTES, max_size=kind.BYTES)
    count = kind.BYTES // 4
    return st.builds(direction, st.lists(st.floats(-1, 1, width=32), min_size=count, max_size=count))


def of_anything(kind: FingerprintKind) -> list[Fingerprint]:
    if kind.NEEDS == "bytes":
        return [kind.of_bytes(b"an ordinary text")]
    return list(kind.of_pixels(rgb(texture())))


def test_the_kinds_that_ship_are_installed_by_name() -> None:
    assert {"md5", "pdq", "photodna", "sha1", "sha256"} <= set(INSTALLED)
    assert list(INSTALLED) == sorted(INSTALLED)
    assert all(name == kind.KIND for name, kind in KINDS.items())


def test_a_kind_states_what_it_is(kind: FingerprintKind) -> None:
    assert kind.KIND
    assert kind.VERSION
    assert kind.BYTES > 0
    assert len(kind.KIND) <= 40
    assert kind.METRIC in {"equal", "hamming", "euclidean", "cosine"}
    assert kind.NEEDS in {"bytes", "pixels", "given"}
    assert bool(kind.UNIT) is (kind.METRIC != "equal")
    assert kind.THRESHOLD is None or 0 <= kind.THRESHOLD <= farthest(shape_of(kind))
    assert 0 <= kind.MINIMUM_QUALITY <= 100


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_what_is_written_in_hexadecimal_is_read_again_in_either_case(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    value = data.draw(values(kind))
    assert kind.parse(Fingerprint(name, value).hex) == value
    assert kind.parse(f" {value.hex().upper()}\n") == value


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.METRIC in {"euclidean", "cosine"}])
@given(data=st.data())
def test_vectors_are_read_in_base64_too_in_one_spelling(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    value = data.draw(values(kind))
    text = base64.b64encode(value).decode()
    assert kind.parse(f" {text}\n") == value
    for spoilt in (text[:-4], text + "AAAA", text[:-1], "*" + text[1:], text[:8] + "\n" + text[8:]):
        with pytest.raises(BadFingerprint, match="characters of base64"):
            kind.parse(spoilt)


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_an_index_of_the_kind_finds_what_it_holds(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    value = data.draw(values(kind))
    assert MemoryIndex.of(shape_of(kind), [(5, value, "list", True)]).search([value], 0) == [[Hit(0, 5)]]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda digits: "",
        lambda digits: digits[:-1],
        lambda digits: digits[:-2],
        lambda digits: digits + "0",
        lambda digits: digits + "00",
        lambda digits: digits * 2,
        lambda digits: "g" + digits[1:],
        lambda digits: "0x" + digits[2:],
        lambda digits: digits[:2] + " " + digits[2:],
        lambda digits: digits[:2] + " " + digits[3:],
        lambda digits: digits[:2] + "  " + digits[4:],
        lambda digits: "\uff11" + digits[1:],
        lambda digits: "-" + digits[1:],
        lambda digits: "x" * 1_000_000,
    ],
)
def test_other_texts_are_refused_with_the_expected_length(kind: FingerprintKind, spoil: Callable[[str], str]) -> None:
    with pytest.raises(BadFingerprint, match=f"{kind.KIND} is {2 * kind.BYTES} hexadecimal digits") as caught:
        kind.parse(spoil("5a" * kind.BYTES))
    assert len(str(caught.value)) < 200


def test_a_kind_makes_values_of_its_own_kind_and_length(computed: FingerprintKind) -> None:
    kind = computed
    made = of_anything(kind)
    assert {(f.kind, len(f.value)) for f in made} == {(kind.KIND, kind.BYTES)}
    assert all(kind.parse(f.hex) == f.value for f in made)
    assert all(f.quality is None or 0 <= f.quality <= 100 for f in made)
    assert made == of_anything(kind)
    assert made[0].orientation is Orientation.UPRIGHT
    assert len({f.orientation for f in made}) == len(made)
    if kind.NEEDS == "pixels":
        assert {f.orientation for f in made} == set(Orientation)


def test_a_kind_refuses_what_it_is_not_made_from(kind: FingerprintKind) -> None:
    if kind.NEEDS != "pixels":
        with pytest.raises(TypeError, match=kind.KIND):
            kind.of_pixels(rgb(texture()))
    if kind.NEEDS != "bytes":
        with pytest.raises(TypeError, match=kind.KIND):
            kind.of_bytes(b"a text")


def test_pixels_are_read_and_never_changed(computed: FingerprintKind) -> None:
    kind = computed
    if kind.NEEDS == "bytes":
        assert kind.of_bytes(bytes(10)) == kind.of_bytes(bytes(10))
        return
    pixels = rgb(texture())
    before = pixels.copy()
    first = kind.of_pixels(pixels)
    assert np.array_equal(pixels, before)
    assert first == kind.of_pixels(np.asfortranarray(pixels))


@given(data=st.binary(max_size=300))
def test_digests_are_those_of_the_standard_library(data: bytes) -> None:
    assert KINDS["md5"].of_bytes(data).value == hashlib.md5(data).digest()
    assert KINDS["sha1"].of_bytes(data).value == hashlib.sha1(data).digest()
    assert KINDS["sha256"].of_bytes(data).value == hashlib.sha256(data).digest()


def test_published_test_vectors() -> None:
    assert KINDS["md5"].of_bytes(b"abc").hex == "900150983cd24fb0d6963f7d28e17f72"  # RFC 1321, A.5
    assert KINDS["sha1"].of_bytes(b"abc").hex == "a9993e364706816aba3e25717850c26c9cd0d89d"  # FIPS 180-2, A.1
    assert KINDS["sha256"].of_bytes(b"abc").hex == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1
    )
