"""What services and people make of a photograph: the variants of the study of reduced decoding."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

from PIL import Image

from demo.edits import EDITS

# Long side in pixels, JPEG quality, chroma subsampling, progressive: what typical services make of an upload.
# 0 leaves the size.
SETTINGS = (
    *((0, quality, "4:2:0", False) for quality in (95, 85, 70, 50)),
    (0, 90, "4:4:4", False),
    (0, 80, "4:2:0", True),
    *((side, quality, "4:2:0", False) for side in (2048, 1600, 1280, 960, 720) for quality in (85, 75, 60)),
    (2048, 80, "4:2:0", True),
    (1600, 70, "4:2:2", False),
    (1280, 80, "4:4:4", False),
)
_EDITS = ("light", "blur", "caption", "crop_light", "flip", "turn", "tilt")
_SUBSAMPLING = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}
_EXIF_ORIENTATION = 274


def _jpeg(image: Image.Image, quality: int, chroma: str = "4:2:0", *, progressive: bool = False) -> bytes:
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=quality, subsampling=_SUBSAMPLING[chroma], progressive=progressive)
    return encoded.getvalue()


def _within(image: Image.Image, side: int) -> Image.Image:
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def variants(content: bytes, generator: random.Random) -> Iterator[tuple[str, str, bytes]]:
    """Give group (`services` or `edits`), name and file of each variant of an encoded photograph; never enlarged.

    A photograph that is smaller than a service's size is given in that share of 2,048 pixels instead: every one has
    as many variants.
    """
    with Image.open(io.BytesIO(content)) as opened:
        image = opened.convert("RGB")
    longest = max(image.size)
    for side, quality, chroma, progressive in SETTINGS:
        size = side if side < longest else longest * side // 2048
        made = _within(image, size) if side else image
        name = f"{side or 'same size'}, quality {quality}, {chroma}{', progressive' if progressive else ''}"
        yield "services", name, _jpeg(made, quality, chroma, progressive=progressive)
    twice = _within(image, min(longest, 1600))
    for quality in (80, 70):
        with Image.open(io.BytesIO(_jpeg(twice, quality))) as again:
            twice = _within(again.convert("RGB"), max(again.size) * 4 // 5)
    yield "services", "sent on twice", _jpeg(twice, 75)
    flag = Image.Exif()
    flag[_EXIF_ORIENTATION] = 6
    turned = io.BytesIO()
    image.transpose(Image.Transpose.ROTATE_90).save(turned, "JPEG", quality=85, exif=flag)
    yield "services", "stored turned, with an EXIF flag", turned.getvalue()
    webp = io.BytesIO()
    _within(image, min(longest, 1280)).save(webp, "WEBP", quality=75)
    yield "services", "1280, WebP quality 75", webp.getvalue()
    source = _jpeg(_within(image, min(longest, 2048)), 92)
    for edit in _EDITS:
        yield "edits", EDITS[edit].label, EDITS[edit](source, generator)
