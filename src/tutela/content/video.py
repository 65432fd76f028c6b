"""Videos to frames, one after another, with limits that hold before anything is expanded. Sound is never decoded.

A container may name other files or addresses (playlists, references between files). Only containers that hold their
own data are opened, by name, so that what somebody sends cannot make the decoder read anything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tutela.content.decode import RGB, OverLimit, Undecodable, Unsupported
from tutela.content.item import Limits

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

_CONTAINERS = "mov,matroska,avi,mpeg,mpegts,mpegvideo,flv,ogg,asf,ivf,h264,hevc,m4v"
"""FFmpeg's names of the containers that are opened. None of them takes data from elsewhere."""
MOST_FRAMES = 1_000_000
"""Nine hours of 30 frames a second."""
_USUAL_RATE = Fraction(25)
"""Frames a second of a stream that tells none."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame. `number` counts from 0 as they are shown, `seconds` from the first one."""

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
    _most: int

    def frames(self) -> Iterator[Frame]:
        """Yield every frame, once. Raises Undecodable where the stream breaks, OverLimit where there are too many."""
        import av

        first = None
        try:
            for number, picture in enumerate(self._container.decode(self._stream)):
                if number >= self._most:
                    raise OverLimit(f"more than {self._most:,} frames")
                _check_size(picture.width, picture.height, self._limits)
                at = picture.time if picture.time is not None else float(number / self.rate)
                first = at if first is None else first
                yield Frame(number, at - first, picture)
        except av.error.FFmpegError as error:
            raise Undecodable(f"the video breaks off: {error.strerror}") from error


@contextmanager
def opened(path: Path, limits: Limits, most_frames: int = MOST_FRAMES) -> Iterator[Video]:
    """Open a video. One thread decodes, so that a crowd of them is the caller's to make.

    Raises OSError if the file cannot be read, Unsupported without PyAV or for what holds no video that is decoded
    here, Undecodable for what claims to be one and is not, OverLimit before a frame is decoded that is too large.
    """
    if path.stat().st_size > limits.max_bytes:
        raise OverLimit(f"{path.stat().st_size:,} bytes, at most {limits.max_bytes:,} are decoded")
    try:
        import av
    except ImportError as error:
        raise Unsupported("videos need PyAV: pip install 'tutela[video]'") from error
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
    with path.open("rb") as file:
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
            yield Video(width, height, Fraction(rate), container, stream, limits, most_frames)


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width < 1 or height < 1:
        raise Undecodable("the video has no pixels")
    if width * height > limits.max_pixels:
        raise OverLimit(f"{width} x {height} = {width * height:,} pixels, at most {limits.max_pixels:,} are decoded")
