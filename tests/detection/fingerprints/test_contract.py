"""What every installed kind of fingerprint keeps to. A new kind is tested here without another line."""

import hashlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.content.pictures import rgb, texture
from tutela.detection.fingerprints.fingerprint import BadFingerprint, Fingerprint, FingerprintKind, Orientation
from tutela.detection.fingerprints.registry import installed_kinds

KINDS = installed_kinds()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> FingerprintKind:
    return KINDS[request.param]


def of_anything(kind: FingerprintKind) -> list[Fingerprint]:
    if kind.NEEDS == "bytes":
        return [kind.of_bytes(b"an ordinary text")]
    return list(kind.of_pixels(rgb(texture())))


def test_the_kinds_that_ship_are_installed_by_name() -> None:
    assert {"md5", "pdq", "sha256"} <= set(KINDS)
    assert list(KINDS) == sorted(KINDS)
    assert all(name == kind.KIND for name, kind in KINDS.items())


def test_a_kind_states_what_it_is(kind: FingerprintKind) -> None:
    assert kind.KIND
    assert kind.VERSION
    assert kind.BYTES > 0
    assert kind.METRIC in {"equal", "hamming"}
    assert kind.NEEDS in {"bytes", "pixels"}
    assert 0 <= kind.THRESHOLD <= (0 if kind.METRIC == "equal" else 8 * kind.BYTES)
    assert 0 <= kind.MINIMUM_QUALITY <= 100


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_what_is_written_in_hexadecimal_is_read_again_in_either_case(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    value = data.draw(st.binary(min_size=kind.BYTES, max_size=kind.BYTES))
    assert kind.parse(Fingerprint(name, value).hex) == value
    assert kind.parse(f" {value.hex().upper()}\n") == value


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


def test_a_kind_makes_values_of_its_own_kind_and_length(kind: FingerprintKind) -> None:
    made = of_anything(kind)
    assert {(f.kind, len(f.value)) for f in made} == {(kind.KIND, kind.BYTES)}
    assert all(f.quality is None or 0 <= f.quality <= 100 for f in made)
    assert made == of_anything(kind)
    assert made[0].orientation is Orientation.UPRIGHT
    assert len({f.orientation for f in made}) == len(made)
    if kind.NEEDS == "pixels":
        assert {f.orientation for f in made} == set(Orientation)


def test_a_kind_refuses_what_it_is_not_made_from(kind: FingerprintKind) -> None:
    refused = (lambda: kind.of_pixels(rgb(texture()))) if kind.NEEDS == "bytes" else (lambda: kind.of_bytes(b"a text"))
    with pytest.raises(TypeError, match=kind.KIND):
        refused()


def test_pixels_are_read_and_never_changed(kind: FingerprintKind) -> None:
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
    assert KINDS["sha256"].of_bytes(data).value == hashlib.sha256(data).digest()


def test_published_test_vectors() -> None:
    assert KINDS["md5"].of_bytes(b"abc").hex == "900150983cd24fb0d6963f7d28e17f72"  # RFC 1321, A.5
    assert KINDS["sha256"].of_bytes(b"abc").hex == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1
    )
