"""A frame a second without what it does not need, keyframes, and the videos that people send."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av", reason="PyAV is not installed: pip install 'tutela[video]'")

import av

from tests.content.clips import encoded, wandering
from tutela.content.decode import RGB, OverLimit, Undecodable
from tutela.content.item import Limits, Outcome, VideoLimits
from tutela.content.video import Sampling, frame_at, opened
from tutela.detection.clip_fingerprints import EVERY_SECOND, KEYFRAMES, clip_fingerprints
from tutela.detection.fingerprints.video.frame_hashes import unpacked

USUAL = Limits()
SECOND = Fraction(1)
X264 = {"preset": "veryfast"}
FRONT = {"movflags": "+frag_keyframe+empty_moov"}


def both_ways(data: bytes, gap: Fraction = SECOND) -> tuple[list[tuple[float, bytes]], list[tuple[float, bytes]]]:
    """Return the times and pixels of the frames at ticks: of all that were decoded, and of as few as that takes."""
    found: list[list[tuple[float, bytes]]] = []
    for few in (False, True):
        with opened(data, USUAL) as video:
            frames = video.sampled(gap) if few else filter(Sampling(gap).takes, video.frames())
            found.append([(frame.seconds, frame.pixels().tobytes()) for frame in frames])
    return found[0], found[1]


def timed(
    frames: Sequence[RGB], times: Sequence[int], form: str = "mp4", options: dict[str, str] | None = None
) -> bytes:
    """Return a video whose frames are shown at given thousandths of a second."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = frames[0].shape[1], frames[0].shape[0], "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.options = dict(options or X264)
        for pixels, at in zip(frames, times, strict=True):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


@pytest.mark.parametrize("form", ["mp4", "matroska", "mpegts", "avi", "mov"])
@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("mpeg4", {}),
        ("libx264", X264),
        ("libx264", {"preset": "veryfast", "g": "20"}),
        ("libx264", {"preset": "medium", "bf": "8", "g": "50", "x264-params": "open-gop=1"}),
        ("libx264", {"preset": "ultrafast", "x264-params": "keyint=infinite"}),
    ],
    ids=["mpeg4", "x264", "short groups", "open groups", "one group"],
)
def test_the_frames_at_ticks_are_the_same_bit_for_bit(form: str, codec: str, options: dict[str, str]) -> None:
    data = encoded(wandering(3, 200), form=form, codec=codec, options=options)
    all_of_them, few = both_ways(data)
    assert few == all_of_them
    assert len(few) == 7
    assert both_ways(data, Fraction(1, 3))[0] == both_ways(data, Fraction(1, 3))[1]


def test_keyframes_are_some_of_the_frames() -> None:
    data = encoded(wandering(3, 200), codec="libx264", options={"preset": "veryfast", "g": "40"})
    with opened(data, USUAL) as video:
        every = {frame.seconds: frame.pixels().tobytes() for frame in video.frames()}
    with opened(data, USUAL) as video:
        some = [(frame.seconds, frame.pixels().tobytes()) for frame in video.keyframes()]
    assert len(some) == 5
    assert all(every[at] == pixels for at, pixels in some)


def test_frames_that_come_when_they_like_are_taken_at_the_first_after_each_second() -> None:
    times = [0, 40, 900, 1010, 1020, 2999, 3000, 7500, 7510, 9000]
    data = timed(list(wandering(4, len(times))), times)
    all_of_them, few = both_ways(data)
    assert few == all_of_them
    assert [round(at, 3) for at, _ in few] == [0, 1.01, 2.999, 3.0, 7.5, 9.0]


@pytest.mark.parametrize("size", [(161, 97), (16, 300), (300, 16), (33, 33)])
def test_odd_sizes(size: tuple[int, int]) -> None:
    width, height = size
    data = encoded(wandering(5, 70, width, height), codec="libx264", options=X264, pixel_format="yuv444p")
    all_of_them, few = both_ways(data)
    assert few == all_of_them
    with opened(data, USUAL) as video:
        assert next(video.frames()).pixels().shape == (height, width, 3)


@pytest.mark.parametrize(
    ("codec", "pixel_format", "options"),
    [
        ("libx264", "yuv420p10le", {"preset": "veryfast"}),
        ("libx264", "yuv422p", {"preset": "veryfast", "x264-params": "tff=1"}),
        ("libx264", "gray", {"preset": "veryfast"}),
        ("mpeg4", "yuv420p", {"flags": "+ildct+ilme"}),
        ("mpeg2video", "yuv420p", {"flags": "+ildct+ilme"}),
    ],
    ids=["10 bits", "interlaced h264", "grey", "interlaced mpeg4", "interlaced mpeg2"],
)
def test_other_depths_and_interlaced_ones_look_as_they_did(
    codec: str, pixel_format: str, options: dict[str, str]
) -> None:
    wanted = list(wandering(6, 90))
    data = encoded(wanted, codec=codec, pixel_format=pixel_format, options=options, form="matroska")
    plain = clip_fingerprints(encoded(wanted, codec="libx264", options=X264), USUAL)
    made = clip_fingerprints(data, USUAL)
    assert made.failure is None
    ours, others = (unpacked(one.fingerprints[0].value) for one in (made, plain))
    assert len(ours) == len(others) == 3
    for one, other in zip(ours.values, others.values, strict=True):
        assert (int.from_bytes(one.tobytes()) ^ int.from_bytes(other.tobytes())).bit_count() <= 40


def test_frames_are_hashed_as_they_are_stored_and_the_eight_orientations_find_what_metadata_turns() -> None:
    wanted = list(wandering(7, 40))
    stored = clip_fingerprints(encoded(wanted, codec="libx264", options=X264), USUAL)
    turned = clip_fingerprints(
        encoded([np.ascontiguousarray(np.rot90(frame)) for frame in wanted], codec="libx264", options=X264), USUAL
    )
    by_turn = {f.orientation: unpacked(f.value).values[0].tobytes() for f in stored.fingerprints if f.kind == "vpdq"}
    asked = unpacked(turned.fingerprints[0].value).values[0].tobytes()
    apart = {o: (int.from_bytes(asked) ^ int.from_bytes(value)).bit_count() for o, value in by_turn.items()}
    assert min(apart, key=lambda o: apart[o]).value == "rotated_90"


def test_sound_is_never_decoded() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        picture, sound = container.add_stream("mpeg4", rate=30), container.add_stream("aac", rate=44100)
        picture.width, picture.height, picture.pix_fmt = 160, 96, "yuv420p"
        for pixels in wandering(8, 60):
            container.mux(picture.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        for _ in range(60):
            tone = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            tone.sample_rate = 44100
            container.mux(sound.encode(tone))
        container.mux([*picture.encode(), *sound.encode()])
    with opened(file.getvalue(), USUAL) as video:
        assert len(list(video.sampled(SECOND))) == 2
        (audio,) = video._container.streams.audio
        assert not audio.codec_context.is_open


def test_of_a_truncated_clip_the_frames_up_to_the_break_are_hashed_and_it_is_said() -> None:
    whole = encoded(wandering(9, 300), form="mpegts", codec="libx264", options=X264)
    front = encoded(wandering(9, 300), codec="libx264", options={**X264, "g": "30"}, container_options=FRONT)
    full = unpacked(clip_fingerprints(whole, USUAL).fingerprints[0].value)
    assert len(full) == 10
    cut = clip_fingerprints(front[: len(front) * 6 // 10], USUAL)
    assert cut.failure is Outcome.UNDECODABLE
    assert cut.reason
    assert not [f for f in cut.fingerprints if f.kind == "tmk"]
    kept = unpacked(cut.fingerprints[0].value)
    assert 2 <= len(kept) < 10
    assert (
        kept.values.tobytes()
        == unpacked(clip_fingerprints(front, USUAL).fingerprints[0].value).values[: len(kept)].tobytes()
    )


def spoilt(change: Callable[[bytearray], None], **how: str) -> bytes:
    data = bytearray(encoded(wandering(10, 120), codec="libx264", options=X264, **how))  # type: ignore[arg-type]
    change(data)
    return bytes(data)


def _without_index(data: bytearray) -> None:
    data[data.index(b"moov") : data.index(b"moov") + 4] = b"xxxx"


def _wrong_offsets(data: bytearray) -> None:
    at = data.index(b"stco") + 12
    data[at : at + 4] = b"\xff\xff\xff\x7f"


def _many_samples(data: bytearray) -> None:
    at = data.index(b"stsz") + 12
    data[at : at + 4] = b"\xff\xff\xff\xff"


def _no_media(data: bytearray) -> None:
    at = data.index(b"mdat") + 4
    data[at : at + 4000] = bytes(4000)


@pytest.mark.parametrize("change", [_without_index, _wrong_offsets, _many_samples, _no_media])
def test_a_broken_index_costs_this_item_and_says_so(change: Callable[[bytearray], None]) -> None:
    clip = clip_fingerprints(spoilt(change), USUAL)
    assert clip.failure in {Outcome.UNDECODABLE, Outcome.UNSUPPORTED}
    assert clip.reason


def test_bounds_of_time_and_frames_leave_what_was_before_them() -> None:
    data = encoded(wandering(11, 150))
    for bounds, said, kept in (
        (VideoLimits(max_seconds=2), "longer than 2 seconds", 3),
        (VideoLimits(max_frames=70), "more than 70 frames", 3),
        (VideoLimits(max_seconds=2, tmk=False), "longer than 2 seconds", 3),
    ):
        clip = clip_fingerprints(data, Limits(video=bounds))
        assert clip.failure is Outcome.OVER_LIMIT
        assert said in clip.reason
        assert len(unpacked(clip.fingerprints[0].value)) == kept
        assert {f.kind for f in clip.fingerprints} == {"vpdq"}
    with opened(data, Limits(video=VideoLimits(max_seconds=1))) as video, pytest.raises(OverLimit, match="1 seconds"):
        list(video.frames())
    with pytest.raises(ValueError, match="at least 1"):
        VideoLimits(max_seconds=0)


def test_what_was_looked_at_is_said_of_each_value() -> None:
    data = encoded(wandering(12, 90), codec="libx264", options={"preset": "veryfast", "g": "30"})
    for bounds, computed, kinds in (
        (VideoLimits(), EVERY_SECOND, {"vpdq", "tmk"}),
        (VideoLimits(tmk=False), EVERY_SECOND, {"vpdq"}),
        (VideoLimits(keyframes=True), KEYFRAMES, {"vpdq"}),
    ):
        clip = clip_fingerprints(data, Limits(video=bounds))
        assert {f.kind for f in clip.fingerprints} == kinds
        assert {f.computed for f in clip.fingerprints if f.kind == "vpdq"} == {computed}
        assert len([f for f in clip.fingerprints if f.kind == "vpdq"]) == 8


@pytest.mark.parametrize(("second", "number"), [(0.0, 0), (0.99, 29), (1.0, 30), (1.033, 31), (1.5, 45), (99.0, 59)])
def test_the_frame_at_a_second_is_the_one_that_is_shown_then(second: float, number: int, tmp_path: Path) -> None:
    data = encoded(wandering(13, 60))
    path = tmp_path / "clip.mp4"
    path.write_bytes(data)
    with opened(data, USUAL) as video:
        wanted = [frame.pixels() for frame in video.frames()][number]
    for source in (data, path):
        assert np.array_equal(frame_at(source, second, USUAL), wanted)


def test_of_what_breaks_off_the_last_frame_that_can_be_shown_is() -> None:
    data = encoded(wandering(13, 60), codec="libx264", options={**X264, "g": "30"}, container_options=FRONT)
    assert frame_at(data[: len(data) * 2 // 3], 99, USUAL).shape == (96, 160, 3)
    with pytest.raises(Undecodable):
        frame_at(b"\x1aE\xdf\xa3" + bytes(500), 0, USUAL)
