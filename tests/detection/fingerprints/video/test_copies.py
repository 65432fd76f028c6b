"""Copies of the published clips are found by vPDQ and TMK+PDQF, others judged as the published values judge them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av", reason="PyAV is not installed: pip install 'tutela[video]'")

from tests.content.clips import encoded
from tutela.content.decode import RGB
from tutela.content.item import Limits, VideoLimits
from tutela.content.video import opened
from tutela.detection.clip_fingerprints import clip_fingerprints
from tutela.detection.fingerprinting import fingerprint
from tutela.detection.fingerprints.fingerprint import Orientation
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.fingerprints.video.tmk_file import read
from tutela.detection.fingerprints.video.tmk_scores import matches
from tutela.detection.hashlists.clip_files import clip_of_file
from tutela.detection.hashlists.hashlist import Entry
from tutela.detection.matcher import Detection, Matcher

CLIPS = ("chair-19-sd-bar", "chair-20-sd-bar", "pattern-sd-grey-bar")
KINDS = {name: installed_kinds()[name] for name in ("vpdq", "tmk")}
Change = Callable[[RGB], RGB]


@pytest.fixture(scope="session")
def clips(reference: Path) -> Path:
    place = reference / "conformance" / "video"
    if not place.is_dir():
        pytest.skip(f"no conformance clips: {place} does not exist")
    return place


@pytest.fixture(scope="session")
def matcher(clips: Path) -> Matcher:
    """A matcher over the values that Meta published of the three clips: entry 10 n + 1 is the text, + 2 the file."""
    entries = []
    for number, name in enumerate(CLIPS):
        for place, ending in enumerate(("txt", "tmk"), 1):
            new = clip_of_file(clips / f"{name}.{ending}")
            assert new is not None
            when = datetime(2026, 1, 1, tzinfo=UTC)
            entries.append(
                Entry(10 * number + place, "published", new.kind, new.value, None, (), name, when, long=new.long)
            )
    return Matcher.over(KINDS, entries)


def found(matcher: Matcher, data: bytes) -> dict[str, list[Detection]]:
    judgement = matcher.judge(fingerprint(data, KINDS.values(), Limits()))
    return {kind: [d for d in judgement.detections if d.technology == kind] for kind in KINDS}


@cache
def pixels(path: Path) -> tuple[Fraction, tuple[RGB, ...]]:
    with opened(path, Limits()) as video:
        return video.rate, tuple(frame.pixels() for frame in video.frames())


def copied(path: Path, change: Change, keep: slice = slice(None), bits: int = 800_000) -> bytes:
    rate, frames = pixels(path)
    return encoded(
        (change(frame) for frame in frames[keep]),
        rate=round(rate),
        codec="libx264",
        bits=bits,
        options={"preset": "medium" if bits <= 200_000 else "ultrafast"},
    )


def logo(frame: RGB) -> RGB:
    marked = frame.copy()
    height, width = marked.shape[:2]
    marked[height // 12 : height // 6, width // 16 : width // 5] = (230, 40, 40)
    return marked


def grey(frame: RGB) -> RGB:
    luma = (frame @ np.array([0.299, 0.587, 0.114])).round().astype(np.uint8)
    return np.repeat(luma[:, :, None], 3, axis=2)


def sepia(frame: RGB) -> RGB:
    tint = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])
    toned: RGB = np.minimum(255, frame @ tint.T).astype(np.uint8)
    return toned


EDITS: dict[str, Change] = {"as it is": lambda frame: frame, "logo": logo, "grey": grey, "sepia": sepia}


@pytest.mark.parametrize("name", CLIPS[1:])
@pytest.mark.parametrize("edit", [edit for edit in EDITS if edit != "as it is"])
def test_a_copy_that_was_changed_matches_by_both(clips: Path, matcher: Matcher, name: str, edit: str) -> None:
    detections = found(matcher, copied(clips / f"{name}.mp4", EDITS[edit]))
    for place, kind in enumerate(("vpdq", "tmk"), 1):
        assert 10 * CLIPS.index(name) + place in {d.entry for d in detections[kind]}, kind


@pytest.mark.parametrize("name", CLIPS[2:])
def test_a_copy_of_few_bits_matches_by_both(clips: Path, matcher: Matcher, name: str) -> None:
    detections = found(matcher, copied(clips / f"{name}.mp4", EDITS["as it is"], bits=200_000))
    assert all(any(d.entry // 10 == CLIPS.index(name) for d in detections[kind]) for kind in KINDS)


@pytest.mark.parametrize("name", CLIPS[1:])
def test_a_shortened_copy_matches_by_both_with_its_stretch(clips: Path, matcher: Matcher, name: str) -> None:
    rate, frames = pixels(clips / f"{name}.mp4")
    begin, end = len(frames) // 8, len(frames) * 7 // 8
    detections = found(matcher, copied(clips / f"{name}.mp4", EDITS["as it is"], slice(begin, end)))
    assert any(d.entry // 10 == CLIPS.index(name) for d in detections["tmk"])
    mine = [d for d in detections["vpdq"] if d.entry // 10 == CLIPS.index(name)]
    longest = max(mine, key=lambda d: d.shares.entry_seconds[1] - d.shares.entry_seconds[0] if d.shares else 0)
    assert longest.shares is not None
    assert longest.shares.query_percent >= 80
    assert longest.shares.entry_seconds[0] == pytest.approx(float(begin / rate), abs=1.5)
    assert longest.shares.entry_seconds[1] == pytest.approx(float(end / rate), abs=2.5)


@pytest.mark.parametrize(
    ("turn", "orientation"),
    [
        (lambda frame: frame[:, ::-1], Orientation.FLIPPED_LEFT_RIGHT),
        (lambda frame: np.rot90(frame, 3), Orientation.ROTATED_90),
        (lambda frame: frame[::-1, ::-1], Orientation.ROTATED_180),
    ],
)
def test_a_turned_copy_matches_by_both_and_says_how_it_is_turned(
    clips: Path, matcher: Matcher, turn: Change, orientation: Orientation
) -> None:
    detections = found(matcher, copied(clips / f"{CLIPS[2]}.mp4", lambda frame: np.ascontiguousarray(turn(frame))))
    for kind in KINDS:
        assert {(d.entry // 10, d.orientation) for d in detections[kind]} == {(2, orientation)}, kind


def published(clips: Path, name: str) -> list[tuple[int, int]]:
    """Return quality and hash of each distinct frame of enough quality, as published."""
    lines = [line.split(",") for line in (clips / f"{name}.txt").read_text().split()]
    return list(
        {value: (int(quality), int(value, 16)) for _, quality, value, _ in lines if int(quality) >= 50}.values()
    )


def test_others_are_judged_as_the_published_values_judge_them(clips: Path, matcher: Matcher) -> None:
    values = {name: published(clips, name) for name in CLIPS}
    whole = {name: read((clips / f"{name}.tmk").read_bytes()) for name in CLIPS}
    for name in CLIPS:
        data = (clips / f"{name}.mp4").read_bytes()
        made = fingerprint(data, KINDS.values(), Limits())
        detections = matcher.judge(made).detections
        ours = {int.from_bytes(row) for row in KINDS["vpdq"].rows(made.of("vpdq")[0].value)}  # type: ignore[attr-defined]
        for number, other in enumerate(CLIPS):
            near = sum(any((one ^ value).bit_count() <= 31 for _, value in values[other]) for one in ours)
            by_frames = 100 * near / len(ours) >= 80
            assert any(d.entry == 10 * number + 1 for d in detections) is by_frames
            assert any(d.entry == 10 * number + 2 for d in detections) is matches(whole[name], whole[other])


def test_keyframes_alone_are_enough_where_they_serve_and_it_is_said(clips: Path, matcher: Matcher) -> None:
    few = Limits(video=VideoLimits(keyframes=True))
    for number, name in enumerate(CLIPS):
        made = fingerprint((clips / f"{name}.mp4").read_bytes(), KINDS.values(), few)
        assert {f.computed for f in made.fingerprints} == {"keyframes"}
        assert not made.of("tmk")
        assert 10 * number + 1 in {d.entry for d in matcher.judge(made).detections}


def test_hashing_at_one_a_second_is_that_of_the_published_frames(clips: Path) -> None:
    for name in CLIPS:
        lines = [line.split(",") for line in (clips / f"{name}.txt").read_text().split()]
        by_time = {line[3]: int(line[2], 16) for line in lines}
        for limits in (Limits(), Limits(video=VideoLimits(tmk=False))):
            clip = clip_fingerprints((clips / f"{name}.mp4").read_bytes(), limits)
            assert clip.failure is None
            for line in KINDS["vpdq"].written(clip.fingerprints[0].value)[2:-2].split('", "'):  # type: ignore[attr-defined]
                value, quality, seconds = line.split(",")
                if int(quality) >= 50:
                    assert (int(value, 16) ^ by_time[seconds]).bit_count() <= 10
