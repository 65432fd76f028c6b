"""Everyday edits of a picture: what happens to it on its way through phones, chats and web sites.

Each edit takes the encoded picture and a seeded generator and gives the encoded result; the same seed gives
the same bytes (with the same version of Pillow). An edit works on what a person sees: a rotation noted in the
file is carried out first, and no metadata is passed on.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

_CAPTIONS = ("Look at this!", "Good morning", "Greetings from here", "Wish you were here", "via a friend")


@dataclass(frozen=True)
class Edit:
    """One kind of edit: `name` for a key in a record, `label` in plain English for a table."""

    name: str
    label: str
    apply: Callable[[bytes, random.Random], bytes]

    def __call__(self, content: bytes, generator: random.Random) -> bytes:
        """The edited picture, encoded; `content` is an encoded picture.

        Raises ValueError where `content` is no picture that Pillow reads.
        """
        return self.apply(content, generator)


def _opened(content: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(content)) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(
            f"this is no picture that can be edited ({error}): give an encoded JPEG, PNG or WebP"
        ) from error


def _jpeg(image: Image.Image, quality: int = 90) -> bytes:
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=quality)
    return encoded.getvalue()


def _copy(content: bytes, _generator: random.Random) -> bytes:
    return content


def _reencode(content: bytes, generator: random.Random) -> bytes:
    return _jpeg(_opened(content), quality=generator.randint(30, 90))


def _change_format(content: bytes, generator: random.Random) -> bytes:
    image, encoded = _opened(content), io.BytesIO()
    if generator.random() < 0.5:
        image.save(encoded, "PNG")
    else:
        image.save(encoded, "WEBP", quality=generator.randint(60, 90))
    return encoded.getvalue()


def _resize(content: bytes, generator: random.Random) -> bytes:
    image, factor = _opened(content), generator.uniform(0.3, 0.8)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return _jpeg(image.resize(size, Image.Resampling.LANCZOS))


def _light(content: bytes, generator: random.Random) -> bytes:
    # One of the two always changes clearly: a factor near 1 would be no edit.
    brightness = generator.choice((generator.uniform(0.7, 0.85), generator.uniform(1.15, 1.3)))
    contrast = generator.uniform(0.75, 1.3)
    image = ImageEnhance.Brightness(_opened(content)).enhance(brightness)
    return _jpeg(ImageEnhance.Contrast(image).enhance(contrast))


def _blur(content: bytes, generator: random.Random) -> bytes:
    image = _opened(content)
    # In proportion to the picture, so that a small and a large one are blurred alike to the eye.
    radius = generator.uniform(0.003, 0.008) * min(image.size)
    return _jpeg(image.filter(ImageFilter.GaussianBlur(radius)))


def _caption(content: bytes, generator: random.Random) -> bytes:
    image, text = _opened(content), generator.choice(_CAPTIONS)
    band = max(12, round(image.height * generator.uniform(0.07, 0.1)))
    font = ImageFont.load_default(size=max(8.0, band * 0.6))
    draw = ImageDraw.Draw(image)
    top = generator.choice((0, image.height - band))
    if generator.random() < 0.5:
        draw.rectangle((0, top, image.width, top + band), fill=(20, 20, 20))
        draw.text((image.width // 2, top + band // 2), text, fill="white", font=font, anchor="mm")
    else:
        centre = (image.width // 2, top + band // 2)
        draw.text(centre, text, fill="white", font=font, anchor="mm", stroke_width=2, stroke_fill="black")
    return _jpeg(image)


def _cropped(content: bytes, generator: random.Random, share: float) -> bytes:
    image = _opened(content)
    width = max(1, round(image.width * (1 - share)))
    height = max(1, round(image.height * (1 - share)))
    left, top = generator.randint(0, image.width - width), generator.randint(0, image.height - height)
    return _jpeg(image.crop((left, top, left + width, top + height)))


def _crop_lightly(content: bytes, generator: random.Random) -> bytes:
    return _cropped(content, generator, share=generator.uniform(0.02, 0.05))


def _crop_heavily(content: bytes, generator: random.Random) -> bytes:
    return _cropped(content, generator, share=0.2)


def _flip(content: bytes, generator: random.Random) -> bytes:
    ways = (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM)
    return _jpeg(_opened(content).transpose(generator.choice(ways)))


def _turn(content: bytes, generator: random.Random) -> bytes:
    ways = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
    return _jpeg(_opened(content).transpose(generator.choice(ways)))


def _tilt(content: bytes, generator: random.Random) -> bytes:
    image = _opened(content)
    degrees = generator.choice((-1, 1)) * generator.uniform(5.0, 10.0)
    sine, cosine = math.sin(math.radians(abs(degrees))), math.cos(math.radians(degrees))
    # The largest part of the same shape without empty corners, which is what a photo app keeps.
    width, height = image.size
    share = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    kept = (max(1, math.floor(width * share)), max(1, math.floor(height * share)))
    left, top = (width - kept[0]) // 2, (height - kept[1]) // 2
    tilted = image.rotate(degrees, Image.Resampling.BICUBIC)
    return _jpeg(tilted.crop((left, top, left + kept[0], top + kept[1])))


EDITS: dict[str, Edit] = {
    edit.name: edit
    for edit in (
        Edit("copy", "the same file", _copy),
        Edit("reencode", "saved again as JPEG, quality 30 to 90", _reencode),
        Edit("format", "saved as PNG or WebP", _change_format),
        Edit("resize", "made smaller, to 30 to 80 %", _resize),
        Edit("light", "brightness and contrast changed", _light),
        Edit("blur", "blurred a little", _blur),
        Edit("caption", "small caption or banner added", _caption),
        Edit("crop_light", "cropped lightly, 2 to 5 % of each side", _crop_lightly),
        Edit("crop_heavy", "cropped heavily, 20 % of each side", _crop_heavily),
        Edit("flip", "mirrored", _flip),
        Edit("turn", "turned by 90, 180 or 270 degrees", _turn),
        Edit("tilt", "tilted by 5 to 10 degrees", _tilt),
    )
}
"""Every kind of edit, by name, in the order for a table: from none to the hardest to recognise."""


def suffix_of(content: bytes) -> str:
    """The suffix, with its dot, that a file with this encoded picture should have.

    Raises ValueError where `content` is neither JPEG, PNG nor WebP.
    """
    if content[:3] == b"\xff\xd8\xff":
        return ".jpg"
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return ".png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ".webp"
    raise ValueError("this is neither a JPEG, a PNG nor a WebP picture: edit pictures of these formats only")
