"""Videos to frames, one after another, with limits that hold before anything is expanded. Sound is never decoded.

A container may name other files or addresses (playlists, references between files). Only containers that hold their
own data are opened, by name, so that what somebody sends cannot make the decoder read anything else.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from tutela.content.decode import RGB, OverLimit, Undecodable, Unsupported
from tutela.content.item import Limits

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

_CONTAINERS = "mov,matroska,avi,mpeg,mpegts,mpegvideo,flv,ogg,asf,ivf,h264,hevc,m4v"
"""FFmpeg's names of the containers that are opened. None of them takes data from elsewhere."""
_TIMED = frozenset({"mov", "matroska", "mpegts", "flv"})
"""Containers that say of each packet when it is shown."""
_USUAL_RATE = Fraction(25)
"""Frames a second of a stream that tells none."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame. `number` counts from 0 as they are shown, `seconds` from the first one.

    Where frames between were not decoded, the number is what the rate of the video makes of the time.
    """

    number: int
    seconds: float
    _picture: VideoFrame

    def pixels(self) -> RGB:
        """Return it whole: (height, width, 3) of uint8."""
        return self._picture.to_ndarray(format="rgb24").astype(np.uint8, copy=False)

    def scaled(self, side: int) -> RGB:
        """Return it as (side, side, 3) of uint8, whatever its proportions, by the bicubic filter of FFmpeg."""
        scaled = self._picture.reformat(side, side, "rgb24", interpolation="BICUBIC")
        return scaled.to_ndarray().astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True)
class Video:
    """A video that is open. `rate` is frames a second as its container tells; those of a stream may stray from it."""

    width: int
    height: int
    rate: Fraction
    _container: InputContainer
    _stream: VideoStream
    _limits: Limits

    def frames(self) -> Iterator[Frame]:
        """Yield every frame, once. Raises Undecodable where the stream breaks, OverLimit where there are too many."""
        yield from self._timed(enumerate(self._container.decode(self._stream)))

    def keyframes(self) -> Iterator[Frame]:
        """Yield the frames that need no others to be decoded. Raises as `frames` does."""
        self._stream.codec_context.skip_frame = "NONKEY"
        yield from self._timed((None, picture) for picture in self._container.decode(self._stream))

    def sampled(self, gap: Fraction) -> Iterator[Frame]:
        """Yield the first frame that is shown at or after each tick of `gap` seconds, as Sampling takes them.

        Decodes no more than they take: frames that nothing else is made of are left out, and what stands between the
        last of them and the next keyframe. Raises as `frames` does.
        """
        yield from filter(Sampling(gap).takes, self._timed((None, picture) for picture in self._needed(gap)))

    def _timed(self, pictures: Iterator[tuple[int | None, VideoFrame]]) -> Iterator[Frame]:
        import av

        first: Fraction | None = None
        clock = self._stream.time_base
        seen = 0
        stamps = _Stamps()
        bounds = self._limits.video
        try:
            for counted, picture in pictures:
                if seen >= bounds.max_frames:
                    raise OverLimit(f"more than {bounds.max_frames:,} frames")
                _check_size(picture.width, picture.height, self._limits)
                stamp = stamps.of(picture)
                at = seen / self.rate if stamp is None or clock is None else stamp * clock
                first = at if first is None else first
                # A stream whose clock runs backwards still has a beginning.
                at = max(Fraction(0), at - first)
                if at > bounds.max_seconds:
                    raise OverLimit(f"longer than {bounds.max_seconds:,} seconds")
                yield Frame(round(at * self.rate) if counted is None else counted, float(at), picture)
                seen += 1
        except av.error.FFmpegError as error:
            raise Undecodable(f"the video breaks off: {error.strerror}") from error

    def _needed(self, gap: Fraction) -> Iterator[VideoFrame]:
        clock = self._stream.time_base
        if clock is None or not _TIMED.intersection(self._container.format.name.split(",")):
            yield from self._container.decode(self._stream)
            return
        ticks = _Ticks(gap / clock)
        context = self._stream.codec_context
        held: list[Packet[VideoStream]] = []
        for group in _groups(self._container.demux(self._stream)):
            times = [packet.pts for packet in group]
            key = group[0]
            if held and (None in times or not key.is_keyframe or key.pts != min(t for t in times if t is not None)):
                # What the group shows first is made of frames before its keyframe.
                for packet in held:
                    yield from self._decoded(packet, wanted=False)
            elif held:
                yield from context.decode(None)
                context.flush_buffers()
            wanted = ticks.among(
                [at for packet, at in zip(group, times, strict=True) if at is not None and not packet.is_discard]
            )
            last = max((n for n, at in enumerate(times) if at is None or at in wanted), default=-1)
            for packet in group[: last + 1]:
                yield from self._decoded(packet, wanted=packet.pts is None or packet.pts in wanted)
            held = group[last + 1 :]
        yield from context.decode(None)

    def _decoded(self, packet: Packet[VideoStream], *, wanted: bool) -> Iterator[VideoFrame]:
        # One thread decodes, so that what is set here holds for this packet.
        self._stream.codec_context.skip_frame = "DEFAULT" if wanted else "NONREF"
        yield from self._stream.codec_context.decode(packet)


class _Stamps:
    """When frames are shown, where the container says it wrongly: by the times in whose order fewer go backwards.

    AVI holds no times of showing, and what FFmpeg makes up for pictures that come out of order is wrong.
    """

    def __init__(self) -> None:
        self._wrong = [0, 0]
        self._last: list[int | None] = [None, None]

    def of(self, picture: VideoFrame) -> int | None:
        """Return the time of the next frame, in units of the stream's clock."""
        times = (picture.pts, picture.dts)
        for which, at in enumerate(times):
            last = self._last[which]
            self._wrong[which] += at is None or (last is not None and at <= last)
            self._last[which] = last if at is None else at
        by_showing = times[0] is not None and (self._wrong[0] <= self._wrong[1] or times[1] is None)
        return times[0] if by_showing else times[1]


class _Ticks:
    """Which frames of a group are the first ones at or after a tick."""

    def __init__(self, gap: Fraction) -> None:
        """`gap` is in units of the stream's clock."""
        self._gap = gap
        self._first: int | None = None
        self._next = Fraction(0)

    def among(self, times: Sequence[int]) -> set[int]:
        found = set()
        for at in sorted(times):
            self._first = at if self._first is None else self._first
            if at - self._first >= self._next:
                found.add(at)
                self._next = ((at - self._first) // self._gap + 1) * self._gap
        return found


class Sampling:
    """Tells of frames, in their order, which are the first ones at or after a tick of `gap` seconds, from 0 on."""

    def __init__(self, gap: Fraction) -> None:
        self._gap = gap
        self._tick = Fraction(0)

    def takes(self, frame: Frame) -> bool:
        """Return whether the next frame is one of them."""
        # Times are fractions of a stream's clock, and near them as floating-point numbers.
        at = Fraction(frame.seconds).limit_denominator(1_000_000)
        if at < self._tick:
            return False
        self._tick = (at // self._gap + 1) * self._gap
        return True


_MOST_AHEAD = 1000
"""Packets of a group; one that is longer is cut, and nothing of it left out but what nothing is made of."""
_BYTES_AHEAD = 32 * 1024 * 1024


def _groups(packets: Iterator[Packet[VideoStream]]) -> Iterator[list[Packet[VideoStream]]]:
    """Yield packets from keyframe to keyframe, in the order in which they are decoded."""
    group: list[Packet[VideoStream]] = []
    size = 0
    for packet in packets:
        if packet.size == 0:
            continue  # the end
        if group and (packet.is_keyframe or len(group) >= _MOST_AHEAD or size >= _BYTES_AHEAD):
            yield group
            group, size = [], 0
        group.append(packet)
        size += packet.size
    if group:
        yield group


@contextmanager
def opened(source: Path | bytes, limits: Limits) -> Iterator[Video]:
    """Open a video: a file, or the bytes of one. One thread decodes, so that a crowd of them is the caller's to make.

    Raises OSError if the file cannot be read, Unsupported without PyAV or for what holds no video that is decoded
    here, Undecodable for what claims to be one and is not, OverLimit before a frame is decoded that is too large.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > limits.max_bytes:
        raise OverLimit(f"{size:,} bytes, at most {limits.max_bytes:,} are decoded")
    try:
        import av
    except ImportError as error:
        raise Unsupported("videos need PyAV: pip install 'tutela[video]'") from error
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
    with _stream_of(source) as file:
        try:
            container = av.open(file, "r", container_options=options, metadata_errors="replace")
        except av.error.FFmpegError as error:
            raise Undecodable(f"the header cannot be read: {error.strerror}") from error
        with container:
            stream = next(iter(container.streams.video), None)
            if stream is None or stream.codec_context is None:
                raise Unsupported("there is no video in it that is decoded here")
            stream.thread_type = "NONE"
            width, height = stream.width, stream.height
            _check_size(width, height, limits)
            rate = stream.guessed_rate or stream.average_rate or _USUAL_RATE
            yield Video(width, height, Fraction(rate), container, stream, limits)


def frame_at(source: Path | bytes, seconds: float, limits: Limits) -> RGB:
    """Return the frame that is shown at a second of a video, counted from its first frame: (height, width, 3), uint8.

    Beyond its end, or where it breaks off before, the last one that can be shown. Raises as `opened` and
    `Video.frames` do where there is none.
    """
    shown: Frame | None = None
    with opened(source, limits) as video:
        try:
            for frame in video.frames():
                # A moment that was written with three digits lies a little before the frame that it is of.
                if shown is not None and frame.seconds > seconds + 0.0006:
                    break
                shown = frame
        except (Undecodable, OverLimit):
            if shown is None:
                raise
        if shown is None:
            raise Undecodable("the video has no frames")
        return shown.pixels()


def _stream_of(source: Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width < 1 or height < 1:
        raise Undecodable("the video has no pixels")
    if width * height > limits.max_pixels:
        raise OverLimit(f"{width} x {height} = {width * height:,} pixels, at most {limits.max_pixels:,} are decoded")
