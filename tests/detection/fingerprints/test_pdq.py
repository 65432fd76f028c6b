"""PDQ against the published implementation (pdqhash), the published values, and its own properties."""

import csv
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.content.pictures import rgb, texture
from tutela.content.decode import RGB, decode_image
from tutela.content.item import Limits
from tutela.detection.fingerprints.fingerprint import Orientation
from tutela.detection.fingerprints.pdq import Pdq

PDQ = Pdq()
NAMED = {
    Image.Transpose.ROTATE_90: Orientation.ROTATED_90,
    Image.Transpose.ROTATE_180: Orientation.ROTATED_180,
    Image.Transpose.ROTATE_270: Orientation.ROTATED_270,
    Image.Transpose.FLIP_LEFT_RIGHT: Orientation.FLIPPED_LEFT_RIGHT,
    Image.Transpose.FLIP_TOP_BOTTOM: Orientation.FLIPPED_TOP_BOTTOM,
    Image.Transpose.TRANSPOSE: Orientation.TRANSPOSED,
    Image.Transpose.TRANSVERSE: Orientation.TRANSVERSED,
}
PUBLISHED_ORDER = [
    Orientation.UPRIGHT,
    Orientation.ROTATED_90,
    Orientation.ROTATED_180,
    Orientation.ROTATED_270,
    Orientation.FLIPPED_TOP_BOTTOM,
    Orientation.FLIPPED_LEFT_RIGHT,
    Orientation.TRANSPOSED,
    Orientation.TRANSVERSED,
]
# Both sum the same products in another order and in single precision, so a coefficient this near the median
# (of coefficients up to 10,000) may fall on its other side.
ROUNDING = 0.01
TEXTURES = st.builds(
    texture,
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    seed=st.integers(0, 2**32 - 1),
    grain=st.integers(2, 40),
)


@pytest.fixture(scope="session")
def oracle() -> ModuleType:
    why = "pdqhash is not installed: it needs a C++ compiler (make setup)"
    module: ModuleType = pytest.importorskip("pdqhash", reason=why)
    return module


def bits(value: bytes) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    return np.unpackbits(np.frombuffer(value, np.uint8))


def distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def by_orientation(pixels: RGB) -> dict[Orientation, bytes]:
    return {f.orientation: f.value for f in PDQ.of_pixels(pixels)}


def assert_as_published(pixels: RGB, oracle: ModuleType) -> None:
    pixels = np.ascontiguousarray(pixels)
    mine = PDQ.of_pixels(pixels)[0]
    published, quality = oracle.compute(pixels)
    assert mine.quality == quality
    coefficients, _ = oracle.compute_float(pixels)
    differing = np.flatnonzero(bits(mine.value) != np.asarray(published))
    assert (np.abs(coefficients - np.partition(coefficients, 127)[127])[differing] < ROUNDING).all()


@settings(max_examples=150)
@given(picture=TEXTURES)
def test_bits_and_quality_are_those_of_the_published_code(picture: Image.Image, oracle: ModuleType) -> None:
    assert_as_published(rgb(picture), oracle)


@pytest.mark.parametrize("side", [1, 4, 5, 63, 64, 65, 127, 128, 129, 512, 513, 1000])
def test_sizes_at_which_the_filter_changes(side: int, oracle: ModuleType) -> None:
    for width, height in ((side, side), (side, 100), (100, side)):
        assert_as_published(rgb(texture(width, height, seed=side, grain=20)), oracle)


def test_rough_textures_agree_to_the_bit(oracle: ModuleType) -> None:
    agreeing = 0
    for seed in range(40):
        pixels = rgb(texture(90 + seed, 200 - seed, seed=seed, grain=30))
        agreeing += int(np.array_equal(bits(PDQ.of_pixels(pixels)[0].value), oracle.compute(pixels)[0]))
    assert agreeing >= 38


def test_orientations_are_those_of_the_published_code(oracle: ModuleType) -> None:
    # At this size the published samples lie symmetrically, so that its shortcut by signs is exact too.
    pixels = rgb(texture(96, 72, seed=11, grain=20))
    mine = by_orientation(pixels)
    published, _ = oracle.compute_dihedral(pixels)
    for orientation, value in zip(PUBLISHED_ORDER, published, strict=True):
        assert distance(mine[orientation], np.packbits(value).tobytes()) <= 2, orientation


def test_conformance_pictures_agree_with_the_published_code(pdq_conformance: Path, oracle: ModuleType) -> None:
    files = [p for p in sorted(pdq_conformance.rglob("*.*")) if p.suffix in {".jpg", ".png", ".webp"}]
    assert len(files) == 26
    for path in files:
        assert_as_published(decode_image(path.read_bytes(), Limits()), oracle)


def test_conformance_pictures_are_within_10_bits_of_the_published_values(pdq_conformance: Path) -> None:
    with (pdq_conformance / "expected.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 12
    near = 0
    for row in rows:
        found = PDQ.of_pixels(decode_image((pdq_conformance / row["file"]).read_bytes(), Limits()))[0]
        assert found.quality is not None
        if found.quality >= 80:
            assert distance(found.value, PDQ.parse(row["pdq"])) <= 10, row["file"]
            near += 1
    assert near >= 10


@pytest.mark.parametrize(("width", "height"), [(128, 128), (64, 64), (200, 120), (90, 333)])
@pytest.mark.parametrize("transposition", NAMED)
def test_a_turned_picture_is_found_under_the_name_of_its_turn(
    transposition: Image.Transpose, width: int, height: int
) -> None:
    picture = texture(width, height, seed=5, grain=12)
    turned = by_orientation(rgb(picture.transpose(transposition)))[Orientation.UPRIGHT]
    distances = {o: distance(value, turned) for o, value in by_orientation(rgb(picture)).items()}
    near = [orientation for orientation, bits_apart in distances.items() if bits_apart <= PDQ.THRESHOLD]
    assert near == [NAMED[transposition]], distances


@given(picture=TEXTURES)
def test_quality_is_0_to_100_and_the_same_for_every_orientation(picture: Image.Image) -> None:
    qualities = {f.quality for f in PDQ.of_pixels(rgb(picture))}
    assert len(qualities) == 1
    assert 0 <= (qualities.pop() or 0) <= 100


@given(colour=st.tuples(*[st.integers(0, 255)] * 3), width=st.integers(1, 200), height=st.integers(1, 200))
def test_a_flat_picture_has_quality_0(colour: tuple[int, int, int], width: int, height: int) -> None:
    assert {f.quality for f in PDQ.of_pixels(rgb(Image.new("RGB", (width, height), colour)))} == {0}


@pytest.mark.parametrize(("width", "height"), [(4, 300), (300, 4), (1, 1)])
def test_a_picture_too_small_for_pdq_has_quality_0(width: int, height: int) -> None:
    made = PDQ.of_pixels(rgb(texture(width, height)))
    assert {f.quality for f in made} == {0}
    assert PDQ.MINIMUM_QUALITY > 0
    assert len(made) == 8


def test_scaling_and_mild_changes_stay_near() -> None:
    picture = texture(400, 300, seed=8, grain=12)
    upright = by_orientation(rgb(picture))[Orientation.UPRIGHT]
    for changed in (
        picture.resize((200, 150), Image.Resampling.LANCZOS),
        picture.point(lambda value: value * 0.8),
        picture.convert("L"),
    ):
        assert distance(by_orientation(rgb(changed))[Orientation.UPRIGHT], upright) <= PDQ.THRESHOLD


def test_other_pictures_are_far() -> None:
    values = [by_orientation(rgb(texture(seed=seed, grain=12)))[Orientation.UPRIGHT] for seed in range(20)]
    apart = [distance(a, b) for i, a in enumerate(values) for b in values[:i]]
    assert min(apart) > 2 * PDQ.THRESHOLD
