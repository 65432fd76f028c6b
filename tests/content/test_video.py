"""Videos are opened by what they are, frame by frame, and what somebody sends opens nothing else."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av", reason="PyAV is not installed: pip install 'tutela[video]'")

from tests.content.clips import encoded, wandering
from tutela.content.decode import OverLimit, Undecodable, Unsupported
from tutela.content.item import Limits, VideoLimits
from tutela.content.video import opened

USUAL = Limits()


@pytest.fixture(scope="module")
def clip() -> bytes:
    return encoded(wandering(1, 45))


def put(folder: Path, content: bytes, name: str = "clip") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("form", ["mp4", "matroska", "avi", "mpegts", "mov"])
def test_every_frame_comes_once_in_order_with_its_time(tmp_path: Path, form: str) -> None:
    wanted = list(wandering(2, 40))
    with opened(put(tmp_path, encoded(wanted, form=form)), USUAL) as video:
        assert (video.width, video.height, video.rate) == (160, 96, Fraction(30))
        frames = list(video.frames())
    assert [frame.number for frame in frames] == list(range(40))
    assert [frame.seconds for frame in frames] == pytest.approx([n / 30 for n in range(40)], abs=0.002)
    for frame, pixels in zip(frames, wanted, strict=True):
        shown = frame.pixels()
        assert shown.shape == (96, 160, 3)
        assert float(np.abs(shown.astype(int) - pixels).mean()) < 16
    assert frames[0].scaled(64).shape == (64, 64, 3)


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{other}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {other}\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    ],
    ids=["hls", "concat", "sdp"],
)
def test_what_names_other_files_or_addresses_is_not_opened(tmp_path: Path, clip: bytes, playlist: str) -> None:
    other = put(tmp_path, clip, "other.mp4")
    with (
        pytest.raises(Undecodable, match="header"),
        opened(put(tmp_path, playlist.format(other=other).encode()), USUAL),
    ):
        pytest.fail("it was opened")


def test_what_is_no_video_is_told_apart_from_what_breaks_off(tmp_path: Path, clip: bytes) -> None:
    for nothing in (b"", b"\0" * 5000, clip[:30], b"\x1aE\xdf\xa3" + b"\xff" * 3000):
        with pytest.raises(Undecodable), opened(put(tmp_path, nothing), USUAL) as video:
            list(video.frames())
    broken = bytearray(encoded(wandering(1, 60), form="mpegts"))
    broken[len(broken) // 3 :] = bytes(len(broken) - len(broken) // 3)
    with opened(put(tmp_path, bytes(broken)), USUAL) as video:
        count = 0
        try:
            for _ in video.frames():
                count += 1
        except Undecodable:
            pass
    assert 0 < count < 60


def test_limits_hold_before_anything_is_decoded(tmp_path: Path, clip: bytes) -> None:
    path = put(tmp_path, clip)
    for limits, said in ((Limits(max_bytes=len(clip) - 1), "bytes"), (Limits(max_pixels=160 * 96 - 1), "pixels")):
        with pytest.raises(OverLimit, match=said), opened(path, limits):
            pytest.fail("it was opened")
    with (
        opened(path, Limits(video=VideoLimits(max_frames=44))) as video,
        pytest.raises(OverLimit, match="more than 44 frames"),
    ):
        list(video.frames())
    with opened(path, Limits(video=VideoLimits(max_frames=45))) as video:
        assert len(list(video.frames())) == 45


def test_without_pyav_it_says_what_to_install(tmp_path: Path, clip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(Unsupported, match=r"tutela\[video\]"), opened(put(tmp_path, clip), USUAL):
        pytest.fail("it was opened")
