"""Clips made for tests: a window that wanders over a texture, in any container and codec that PyAV writes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

import av
import numpy as np
from av.video.stream import VideoStream

from tests.content.pictures import texture
from tutela.content.decode import RGB

Change = Callable[[RGB], RGB]


def as_it_is(pixels: RGB) -> RGB:
    """Change nothing."""
    return pixels


def wandering(seed: int, frames: int, width: int = 160, height: int = 96) -> Iterator[RGB]:
    """Yield frames of a window that sways over a texture of its own, as one that is held in a hand does."""
    whole = np.asarray(texture(width * 2, height * 2, seed, 12).convert("RGB"))
    for number in range(frames):
        left, top = (
            int(side * (0.5 + 0.12 * np.sin(number / pace + seed))) for side, pace in ((width, 23), (height, 31))
        )
        yield np.ascontiguousarray(whole[top : top + height, left : left + width])


def encoded(
    frames: Iterable[RGB],
    *,
    rate: int = 30,
    form: str = "mp4",
    codec: str = "mpeg4",
    bits: int = 1_000_000,
    options: Mapping[str, str] | None = None,
    pixel_format: str = "yuv420p",
    container_options: Mapping[str, str] | None = None,
) -> bytes:
    """Return the file of some frames."""
    file = io.BytesIO()
    pictures = [av.VideoFrame.from_ndarray(pixels, format="rgb24") for pixels in frames]
    with av.open(file, "w", format=form, container_options=dict(container_options or {})) as container:
        stream = container.add_stream(codec, rate=Fraction(rate))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = pictures[0].width, pictures[0].height
        stream.pix_fmt, stream.bit_rate = pixel_format, bits
        stream.options = dict(options or {})
        for picture in pictures:
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return file.getvalue()
