"""TMK+PDQF: the same clip changed in any usual way is found, another is not, and the file is the published one."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

pytest.importorskip("av", reason="PyAV is not installed: pip install 'tutela[video]'")

from tests.content.clips import as_it_is, encoded, wandering
from tutela.content.decode import RGB
from tutela.content.item import Limits
from tutela.content.video import opened
from tutela.detection.fingerprints.fingerprint import BadFingerprint
from tutela.detection.fingerprints.video.frame_choice import at_rate
from tutela.detection.fingerprints.video.tmk import (
    DIMENSION,
    FRAMES_PER_SECOND,
    PERIODS,
    WEIGHTS,
    Summing,
    Tmk,
    Vectors,
    summed,
)
from tutela.detection.fingerprints.video.tmk_file import BYTES, read, written
from tutela.detection.fingerprints.video.tmk_scores import level_1, level_2, matches

LENGTH = 150


def value_of(path: Path) -> Tmk:
    with opened(path, Limits()) as video:
        value = summed(at_rate(video.frames(), video.rate, FRAMES_PER_SECOND))
    assert value is not None
    return value


def hashed(folder: Path, content: bytes) -> Tmk:
    path = folder / "clip"
    path.write_bytes(content)
    return value_of(path)


def grey(pixels: RGB) -> RGB:
    return np.repeat(np.asarray(Image.fromarray(pixels).convert("L"))[:, :, None], 3, axis=2)


def sepia(pixels: RGB) -> RGB:
    toned: RGB = (grey(pixels) * np.array([1.0, 0.86, 0.65])).astype(np.uint8)
    return toned


def with_a_logo(pixels: RGB) -> RGB:
    marked = pixels.copy()
    marked[4:16, 4:28] = (250, 240, 30)
    return marked


def halved(pixels: RGB) -> RGB:
    return np.asarray(Image.fromarray(pixels).resize((80, 48), Image.Resampling.BOX))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Tmk:
    return hashed(tmp_path_factory.mktemp("original"), encoded(wandering(5, LENGTH)))


@pytest.mark.parametrize("change", [as_it_is, grey, sepia, with_a_logo, halved])
def test_a_changed_copy_matches(tmp_path: Path, original: Tmk, change: object) -> None:
    assert callable(change)
    copy = hashed(tmp_path, encoded((change(f) for f in wandering(5, LENGTH)), form="matroska", bits=120_000))
    assert level_1(original, copy) > 0.8
    assert level_2(original, copy) > 0.8
    assert matches(original, copy)


def test_a_part_of_it_matches_wherever_it_begins(tmp_path: Path, original: Tmk) -> None:
    frames = list(wandering(5, LENGTH))
    assert matches(original, hashed(tmp_path, encoded(frames[30:])))
    assert matches(original, hashed(tmp_path, encoded(frames[:100])))


@pytest.mark.parametrize("seed", [6, 7, 8, 9])
def test_another_clip_does_not(tmp_path: Path, original: Tmk, seed: int) -> None:
    other = hashed(tmp_path, encoded(wandering(seed, LENGTH)))
    assert not matches(original, other)
    assert level_2(original, other) < 0.6


def test_a_clip_of_nothing_has_a_value_that_is_like_no_other(original: Tmk) -> None:
    summing = Summing()
    assert summing.value() is None
    summing.add(np.zeros((64, 64, 3), np.uint8), 20)
    black = summing.value()
    assert black is not None
    assert black.frames == 20
    assert level_1(black, original) == level_1(black, black) == 0.0
    assert not matches(black, black)


def made(seed: int) -> Tmk:
    rng = np.random.default_rng(seed)
    roots = np.sqrt(WEIGHTS)[None, :, None]

    def waves() -> Vectors:
        wave = rng.normal(size=(len(PERIODS), len(WEIGHTS), DIMENSION))
        found: Vectors = (wave / np.linalg.norm(wave, axis=-1, keepdims=True) * roots).astype(np.float32)
        return found

    return Tmk(seed + 1, rng.normal(size=DIMENSION).astype(np.float32), waves(), waves())


@settings(max_examples=15)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_scores_do_not_depend_on_who_asks_and_are_bounded(one: int, other: int) -> None:
    left, right = made(one), made(other)
    assert level_1(left, right) == pytest.approx(level_1(right, left), abs=1e-6)
    assert level_2(left, right) == pytest.approx(level_2(right, left), abs=1e-4)
    assert -1.000001 <= level_1(left, right) <= 1.000001
    assert level_2(left, right) <= level_2(left, left) + 1e-3


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_a_file_gives_back_what_was_written(seed: int) -> None:
    value = made(seed)
    again = read(written(value))
    assert again.frames == value.frames
    for part in ("average", "cosines", "sines"):
        assert np.array_equal(getattr(again, part), getattr(value, part))


def test_what_is_no_file_of_it_is_refused(original: Tmk) -> None:
    good = bytearray(written(original))
    assert len(good) == BYTES == 263_344
    for place, change in ((0, b"X"), (12, b"\x10"), (32, b"\x01"), (60, b"\xff\xff"), (28, bytes(4))):
        bad = bytearray(good)
        bad[place : place + len(change)] = change
        with pytest.raises(BadFingerprint):
            read(bytes(bad))
    endless = bytearray(good)
    endless[1200:1204] = np.float32(np.inf).tobytes()
    for broken in (b"", good[:-1], good + b"\0", endless):
        with pytest.raises(BadFingerprint):
            read(bytes(io.BytesIO(broken).getvalue()))
