"""Everyday edits of a picture, to measure what the matcher still finds: what phones, chats and web sites do to it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from random import Random

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Edit = Callable[[Image.Image, Random], bytes]


def opened(data: bytes) -> Image.Image:
    """Return a picture as a person sees it. Raises ValueError for what is none."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"this is no picture that can be edited: {error}") from error


def _encoded(image: Image.Image, form: str = "JPEG", quality: int = 90) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, quality=quality)
    return stream.getvalue()


def _recompressed(image: Image.Image, draw: Random) -> bytes:
    return _encoded(image, quality=draw.randint(30, 90))


def _other_format(image: Image.Image, draw: Random) -> bytes:
    return _encoded(image, draw.choice(("PNG", "WEBP")), draw.randint(60, 90))


def _resized(image: Image.Image, draw: Random) -> bytes:
    share = draw.uniform(0.3, 0.8)
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    return _encoded(image.resize(size, Image.Resampling.LANCZOS))


def _cropped(share: float) -> Edit:
    def crop(image: Image.Image, draw: Random) -> bytes:
        width, height = (max(1, round(side * (1 - share))) for side in image.size)
        left, top = draw.randint(0, image.width - width), draw.randint(0, image.height - height)
        return _encoded(image.crop((left, top, left + width, top + height)))

    return crop


def _grey(image: Image.Image, draw: Random) -> bytes:  # noqa: ARG001 - the interface of an edit
    return _encoded(ImageOps.grayscale(image).convert("RGB"))


def _lit(image: Image.Image, draw: Random) -> bytes:
    factor = draw.choice((draw.uniform(0.7, 0.85), draw.uniform(1.15, 1.3)))
    return _encoded(ImageEnhance.Brightness(image).enhance(factor))


def _blurred(image: Image.Image, draw: Random) -> bytes:
    return _encoded(image.filter(ImageFilter.GaussianBlur(draw.uniform(0.003, 0.008) * min(image.size))))


def _turned(image: Image.Image, draw: Random) -> bytes:
    ways = Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_LEFT_RIGHT
    return _encoded(image.transpose(draw.choice(ways)))


EDITS: Mapping[str, Edit] = {
    "recompress": _recompressed,
    "format": _other_format,
    "resize": _resized,
    "grey": _grey,
    "light": _lit,
    "blur": _blurred,
    "turn": _turned,
    "crop_5": _cropped(0.05),
    "crop_20": _cropped(0.2),
}
"""Every edit by its name in the record: `crop_5` takes 5 % of each side."""
