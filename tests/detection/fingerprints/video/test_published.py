"""vPDQ and TMK+PDQF against the values that Meta published of three clips."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("av", reason="PyAV is not installed: pip install 'tutela[video]'")

from tutela.content.item import Limits
from tutela.content.video import opened
from tutela.detection.fingerprints.video.frame_choice import at_rate
from tutela.detection.fingerprints.video.tmk import FRAMES_PER_SECOND, summed
from tutela.detection.fingerprints.video.tmk_file import read, written
from tutela.detection.fingerprints.video.tmk_scores import level_1, level_2, matches
from tutela.detection.fingerprints.video.vpdq import frame_hash

CLIPS = ("chair-19-sd-bar", "chair-20-sd-bar", "pattern-sd-grey-bar")


@pytest.fixture(scope="session")
def clips(reference: Path) -> Path:
    place = reference / "conformance" / "video"
    if not place.is_dir():
        pytest.skip(f"no conformance clips: {place} does not exist")
    return place


@pytest.mark.parametrize("name", CLIPS)
def test_every_frame_has_its_published_hash(clips: Path, name: str) -> None:
    lines = [line.split(",") for line in (clips / f"{name}.txt").read_text().split()]
    with opened(clips / f"{name}.mp4", Limits()) as video:
        hashes = [frame_hash(frame) for frame in video.frames()]
    assert len(hashes) == len(lines)
    for one, (number, quality, value, seconds) in zip(hashes, lines, strict=True):
        assert (one.frame, f"{one.seconds:.3f}") == (int(number), seconds)
        assert abs(one.quality - int(quality)) <= 2
        if int(quality) >= 50:
            assert (int.from_bytes(one.value, "big") ^ int(value, 16)).bit_count() <= 10


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_has_its_published_value(clips: Path, name: str) -> None:
    content = (clips / f"{name}.tmk").read_bytes()
    published = read(content)
    assert written(published) == content
    with opened(clips / f"{name}.mp4", Limits()) as video:
        ours = summed(at_rate(video.frames(), video.rate, FRAMES_PER_SECOND))
    assert ours is not None
    assert ours.frames == published.frames
    # The least that is asked for is 0.99; what is measured is 0.9999998.
    assert level_1(ours, published) > 0.99999
    assert level_2(ours, published) > 0.99999


def test_two_of_one_scene_match_and_another_scene_does_not(clips: Path) -> None:
    chair_19, chair_20, pattern = (read((clips / f"{name}.tmk").read_bytes()) for name in CLIPS)
    assert matches(chair_19, chair_19)
    assert not matches(chair_19, pattern)
    assert not matches(chair_20, pattern)
