"""The kinds that videos are listed by: what texts write them, and what an index holds of a value."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.content.pictures import rgb, texture
from tutela.detection.fingerprints.fingerprint import BadFingerprint, LongValued, OfOtherEntries, Orientation
from tutela.detection.fingerprints.pdq_numpy import pdqf
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.fingerprints.video import tmk_file
from tutela.detection.fingerprints.video.frame_hashes import packed, unpacked
from tutela.detection.fingerprints.video.tmk import Summing, Tmk
from tutela.detection.fingerprints.video.tmk_kind import TmkPdqf
from tutela.detection.fingerprints.video.tmk_scores import turned
from tutela.detection.fingerprints.video.vpdq import PdqOfFrame, Vpdq

FRAMES = st.lists(
    st.tuples(
        st.integers(0, 2**32 - 1).map(lambda n: n / 1000), st.integers(0, 100), st.binary(min_size=32, max_size=32)
    ),
    min_size=1,
    max_size=40,
).map(lambda frames: sorted(frames, key=lambda frame: frame[0]))


def tmk() -> Tmk:
    summing = Summing()
    for seed in range(5):
        summing.add(rgb(texture(64, 64, seed)), 3)
    value = summing.value()
    assert value is not None
    return value


def test_they_are_installed_and_say_what_they_are() -> None:
    kinds = {name: kind for name, kind in installed_kinds().items() if kind.NEEDS == "video"}
    assert set(kinds) == {"pdq-frame", "tmk", "vpdq"}
    assert isinstance(kinds["pdq-frame"], OfOtherEntries)
    assert {name for name, kind in kinds.items() if isinstance(kind, LongValued)} == {"tmk", "vpdq"}
    for kind in kinds.values():
        with pytest.raises(TypeError, match="computed from a video"):
            kind.of_bytes(b"text")
        with pytest.raises(TypeError, match="computed from a video"):
            kind.of_pixels(rgb(texture()))
    assert PdqOfFrame().parse("5a" * 32) == b"\x5a" * 32


@given(frames=FRAMES)
def test_frames_are_read_in_every_form_in_which_they_are_published(
    frames: list[tuple[float, int, bytes]],
) -> None:
    value = packed(frames)
    kind = Vpdq()
    threatexchange = [f"{digest.hex()},{quality},{seconds:.3f}" for seconds, quality, digest in frames]
    lines = [f"{n},{quality},{digest.hex()},{seconds:.3f}" for n, (seconds, quality, digest) in enumerate(frames)]
    ours = [{"frame": 0, "time": s, "quality": q, "pdq": d.hex()} for s, q, d in frames]
    for text in (kind.written(value), value.hex(), json.dumps(threatexchange), json.dumps(lines), json.dumps(ours)):
        assert kind.parse(text) == value
    assert kind.parse("\r\n".join(lines) + "\n") == value
    back = unpacked(value)
    assert list(zip(back.qualities.tolist(), [v.tobytes() for v in back.values], strict=True)) == [
        (quality, digest) for _, quality, digest in frames
    ]
    assert list(kind.rows(value)) == list(dict.fromkeys(digest for *_, digest in frames))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[1]",
        '["ab,100,0.0"]',
        "0,100," + "5a" * 32,
        "0,101," + "5a" * 32 + ",0.0",
        "0,100," + "5a" * 32 + ",-1",
        "0,100," + "5a" * 32 + ",nan",
        "0,100," + "5a" * 32 + ",1e300",
        "0,100," + "5a" * 31 + ",0",
        '[{"pdq": 5}]',
        "[" * 100_000,
        "5a" * 38,
        "00000000" + "ff" + "5a" * 32,
    ],
)
def test_other_texts_are_no_frames(text: str) -> None:
    with pytest.raises(BadFingerprint) as caught:
        Vpdq().parse(text)
    assert len(str(caught.value)) < 300


def test_a_value_of_tmk_is_its_published_file_in_base64_or_hexadecimal_digits() -> None:
    kind, data = TmkPdqf(), tmk_file.written(tmk())
    assert kind.parse(kind.written(data)) == kind.parse(data.hex()) == data
    (row,) = kind.rows(data)
    assert np.linalg.norm(np.frombuffer(row, "<f4")) == pytest.approx(1)
    for text in ("", "AAAA", base64.b64encode(data[:-1]).decode(), "*" * 100, data.hex()[:-2] + "zz"):
        with pytest.raises(BadFingerprint):
            kind.parse(text)
    nothing = Tmk(1, *(np.zeros(shape, np.float32) for shape in ((256,), (4, 32, 256), (4, 32, 256))))
    assert list(kind.rows(tmk_file.written(nothing))) == []


def test_a_value_is_turned_as_its_frames_would_be() -> None:
    frame = np.random.default_rng(1).random((64, 64)).astype(np.float32) * 255
    half = frame[::-1, ::-1]
    frames = {
        Orientation.UPRIGHT: frame,
        Orientation.ROTATED_90: np.rot90(frame),
        Orientation.ROTATED_180: half,
        Orientation.ROTATED_270: np.rot90(frame, 3),
        Orientation.FLIPPED_LEFT_RIGHT: frame[:, ::-1],
        Orientation.FLIPPED_TOP_BOTTOM: frame[::-1],
        Orientation.TRANSPOSED: frame.T,
        Orientation.TRANSVERSED: half.T,
    }

    def value(of: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Tmk:
        feature = pdqf(np.ascontiguousarray(of)).astype(np.float32)
        waves = np.broadcast_to(feature, (4, 32, 256)).copy()
        return Tmk(1, feature, waves, 2 * waves)

    for orientation, of in frames.items():
        found, wanted = turned(value(frame), orientation), value(of)
        for part in ("average", "cosines", "sines"):
            np.testing.assert_allclose(getattr(found, part), getattr(wanted, part), atol=0.02)
