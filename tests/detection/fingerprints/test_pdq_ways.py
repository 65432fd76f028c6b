"""PDQ in the compiled part and in NumPy: the same bits, for full and for reduced pictures, on every processor."""

import csv
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tests.content.pictures import encoded, rgb, texture
from tutela.content.decode import Reduced, decode_image, decode_reduced
from tutela.content.item import Limits
from tutela.detection.fingerprints import pdq_numpy
from tutela.detection.fingerprints.fingerprint import REFERENCE, Fingerprint, OfReduced
from tutela.detection.fingerprints.pdq import Pdq

Way = Callable[[NDArray[np.uint8], int, int, int], tuple[bytes, int]]
PDQ = Pdq()
ROUNDING = 0.01


@pytest.fixture(scope="session")
def compiled() -> Way:
    why = "the compiled part is not installed: it needs a C++ compiler (make setup)"
    way: Way = pytest.importorskip("tutela_core", reason=why).pdq
    return way


def bits_apart(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def upright_bits(values: bytes) -> NDArray[np.uint8]:
    """Return the bits in the order of the coefficients."""
    return np.unpackbits(np.frombuffer(values[:32], np.uint8))[::-1]


def assert_alike(pixels: NDArray[np.uint8], compiled: Way, full: tuple[int, int] | None = None, shrink: int = 1) -> int:
    """Compare the two ways, and return in how many of the 2,048 bits they differ.

    Both sum in single precision, in another order: a coefficient this near the median may fall on its other side.
    """
    height, width = full or (pixels.shape[0], pixels.shape[1])
    mine, my_quality = compiled(pixels, height, width, shrink)
    theirs, their_quality = pdq_numpy.pdq(pixels, height, width, shrink)
    # A step of the quality, 1/90 of a point, may fall on its other side too.
    assert abs(my_quality - their_quality) <= 1
    coefficients = pdq_numpy.coefficients(pixels, height, width, shrink)[0].reshape(-1)
    from_median = np.abs(coefficients - np.partition(coefficients, 127)[127])
    assert (from_median[upright_bits(mine) != upright_bits(theirs)] < ROUNDING).all()
    return bits_apart(mine, theirs)


@settings(max_examples=100)
@given(
    width=st.integers(5, 600),
    height=st.integers(5, 600),
    seed=st.integers(0, 2**32 - 1),
    grain=st.integers(2, 40),
    shrink=st.sampled_from([1, 1, 2, 4, 8]),
    grey=st.booleans(),
)
def test_both_ways_agree(
    width: int, height: int, seed: int, grain: int, shrink: int, grey: bool, compiled: Way
) -> None:
    pixels = rgb(texture(-(-width // shrink), -(-height // shrink), seed, grain))
    assert_alike(pixels[:, :, 1].copy() if grey else pixels, compiled, (height, width), shrink)


@pytest.mark.parametrize("side", [5, 63, 64, 65, 127, 128, 129, 512, 513, 1000])
def test_both_ways_agree_where_the_filter_changes(side: int, compiled: Way) -> None:
    for width, height in ((side, side), (side, 5), (64, side), (side, 2000)):
        assert_alike(rgb(texture(width, height, seed=side, grain=20)), compiled)


def test_on_rough_pictures_they_agree_to_the_bit(compiled: Way) -> None:
    differing = [assert_alike(rgb(texture(300 + n, 500 - n, seed=n, grain=40)), compiled) for n in range(40)]
    assert sum(n > 0 for n in differing) <= 2


@pytest.mark.parametrize("pixels", [np.zeros((30, 40, 3), np.uint8), np.full((30, 40), 255, np.uint8)])
def test_a_flat_picture_has_quality_0_in_both(pixels: NDArray[np.uint8], compiled: Way) -> None:
    for way in (compiled, pdq_numpy.pdq):
        assert way(pixels, 30, 40, 1)[1] == 0


def test_rows_may_lie_apart_and_backwards(compiled: Way) -> None:
    wide = rgb(texture(200, 160, seed=3, grain=20))
    part = wide[10:130:2, 20:180]
    assert part.strides[0] == 2 * wide.strides[0]
    assert compiled(part, 60, 160, 1) == compiled(part.copy(), 60, 160, 1)
    assert compiled(wide[::-1], 160, 200, 1) == compiled(wide[::-1].copy(), 160, 200, 1)


@pytest.mark.parametrize(
    ("pixels", "sizes", "message"),
    [
        (np.zeros((10, 10, 4), np.uint8), (10, 10, 1), "shape"),
        (np.zeros(10, np.uint8), (10, 1, 1), "shape"),
        (np.zeros((0, 10, 3), np.uint8), (0, 10, 1), "no pixels"),
        (np.zeros((10, 10), np.uint8), (20, 20, 1), "full size"),
        (np.zeros((10, 10), np.uint8), (20, 21, 2), "full size"),
        (np.zeros((10, 10), np.uint8), (10, 10, 0), "full size"),
        (np.zeros((10, 10), np.uint8).T[:, ::2], (10, 5, 1), "one after another"),
        (np.zeros((10, 10, 3), np.uint8)[:, ::-1], (10, 10, 1), "one after another"),
        (np.zeros((10, 10, 3), np.uint8)[:, :, ::-1], (10, 10, 1), "one after another"),
    ],
)
def test_what_is_no_picture_is_refused(
    pixels: NDArray[np.uint8], sizes: tuple[int, int, int], message: str, compiled: Way
) -> None:
    with pytest.raises(ValueError, match=message):
        compiled(pixels, *sizes)


_PRINTS = """
import hashlib, numpy, sys, tutela_core
made = hashlib.sha256()
for seed in range(12):
    shape = ((700, 900, 3), (64, 64, 3), (333, 77, 3), (512, 640), (5, 5))[seed % 5]
    pixels = numpy.random.default_rng(seed).integers(0, 256, shape, dtype=numpy.uint8)
    for shrink in (1, 2, 8):
        values, quality = tutela_core.pdq(pixels, shape[0] * shrink, shape[1] * shrink, shrink)
        made.update(values + bytes([quality]))
print(tutela_core.INSTRUCTIONS, made.hexdigest())
"""


def test_every_set_of_instructions_gives_the_same_bits(compiled: Way) -> None:
    made = {}
    for asked in ("portable", "avx2", "avx512"):
        environment = {**os.environ, "TUTELA_CORE_INSTRUCTIONS": asked}
        ran = subprocess.run(
            [sys.executable, "-c", _PRINTS], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        if ran.returncode == 0:
            used, made[asked] = ran.stdout.split()
            assert used == asked
        else:
            assert f"this processor has no {asked}" in ran.stderr
    assert "portable" in made
    assert len(set(made.values())) == 1


def test_without_the_compiled_part_the_kind_gives_the_same_values(compiled: Way) -> None:
    script = (
        "import hashlib; from tests.content.pictures import rgb, texture;"
        "from tutela.detection.fingerprints.pdq import Pdq, pdq;"
        "made = Pdq().of_pixels(rgb(texture(300, 200, 5, 30)));"
        "print(pdq.__module__, hashlib.sha256(b''.join(f.value for f in made)).hexdigest(), made[0].quality)"
    )
    environment = {**os.environ, "TUTELA_NO_CORE": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    values, quality = compiled(rgb(texture(300, 200, 5, 30)), 200, 300, 1)
    assert ran.stdout.split() == [pdq_numpy.__name__, hashlib.sha256(values).hexdigest(), str(quality)]


# Reduced pictures


def reduced(data: bytes, enough: int) -> Reduced:
    picture = decode_reduced(data, Limits(), enough)
    assert picture is not None
    return picture


def moved(one: list[Fingerprint], other: list[Fingerprint]) -> list[int]:
    return [bits_apart(a.value, b.value) for a, b in zip(one, other, strict=True)]


@settings(max_examples=40)
@given(
    width=st.integers(480, 1000),
    height=st.integers(480, 1000),
    seed=st.integers(0, 2**32 - 1),
    grain=st.integers(24, 40),
)
def test_a_reduced_rough_picture_has_nearly_the_fingerprints_of_the_full_one_in_every_orientation(
    width: int, height: int, seed: int, grain: int
) -> None:
    data = encoded(texture(width, height, seed, grain), "JPEG", quality=90)
    full = list(PDQ.of_pixels(decode_image(data, Limits())))
    made = list(PDQ.of_reduced(reduced(data, PDQ.ENOUGH)))
    # A texture has more that lies near the median than a photograph: those move by 1 bit on average.
    assert max(moved(made, full)) <= 16
    assert [f.orientation for f in made] == [f.orientation for f in full]
    assert abs((made[0].quality or 0) - (full[0].quality or 0)) <= 5


def test_each_states_how_it_was_made() -> None:
    data = encoded(texture(1100, 1100, 1, 20), "JPEG")
    assert {f.computed for f in PDQ.of_pixels(decode_image(data, Limits()))} == {REFERENCE}
    for enough, computed in (
        (550, "luminance 1/2"),
        (256, "luminance 1/4"),
        (130, "luminance 1/8"),
    ):
        assert {f.computed for f in PDQ.of_reduced(reduced(data, enough))} == {computed}
    assert isinstance(PDQ, OfReduced)


def test_reduced_conformance_pictures_are_near_the_published_values_and_the_full_ones(pdq_conformance: Path) -> None:
    with (pdq_conformance / "expected.csv").open(newline="") as stream:
        published = {pdq_conformance / row["file"]: PDQ.parse(row["pdq"]) for row in csv.DictReader(stream)}
    files = [*published, *sorted((pdq_conformance / "modes").iterdir())]
    original = PDQ.of_pixels(decode_image((pdq_conformance / "modes/original.jpg").read_bytes(), Limits()))[0].value
    compared = 0
    for path in files:
        picture = decode_reduced(path.read_bytes(), Limits(), PDQ.ENOUGH)
        if picture is None:
            continue
        made = list(PDQ.of_reduced(picture))
        assert max(moved(made, list(PDQ.of_pixels(decode_image(path.read_bytes(), Limits()))))) <= 6
        if path in published and (made[0].quality or 0) >= 80:
            assert bits_apart(made[0].value, published[path]) <= 10, path
        if path.parent.name == "modes":
            assert bits_apart(made[0].value, original) <= 31, path
        compared += 1
    assert compared >= 12


def test_a_picture_too_small_for_pdq_has_quality_0_reduced_too() -> None:
    made = PDQ.of_reduced(reduced(encoded(Image.new("RGB", (300, 4)), "JPEG"), 2))
    assert {(f.value, f.quality) for f in made} == {(bytes(32), 0)}
