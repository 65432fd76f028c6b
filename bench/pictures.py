"""Pictures of given sizes for timing: photographs cut to the shape, and textures where there are none."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
NOISE = 2.0
"""Standard deviation of the noise, of 255, in enlarged pictures: about what a phone leaves by daylight. Without it an
enlarged picture is smoother than any camera's, and cheaper to decode."""


def texture(width: int, height: int, seed: int = 0) -> Pixels:
    """Return a textured picture, the same each time."""
    coarse = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def jpegs(folder: Path | None, width: int, height: int, quality: int, count: int) -> Iterator[bytes]:
    """Give `count` baseline JPEG files of that size and quality, chroma 4:2:0, made of the largest photographs in
    `folder`.

    Each is cut to the shape and scaled. What has to grow, and a texture in place of a photograph, gets noise.
    """
    made = 0
    for path in _largest(folder)[:count] if folder else ():
        with Image.open(path) as opened:
            photograph = opened.convert("RGB")
        yield _encoded(_fitted(photograph, width, height), quality, grown=photograph.width < width, seed=made)
        made += 1
    for seed in range(made, count):
        yield _encoded(Image.fromarray(texture(width, height, seed)), quality, grown=True, seed=seed)


def _largest(folder: Path) -> list[Path]:
    sizes = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES:
            with Image.open(path) as opened:
                sizes[path] = opened.width * opened.height
    return sorted(sizes, key=lambda path: -sizes[path])


def _fitted(photograph: Image.Image, width: int, height: int) -> Image.Image:
    if photograph.height > photograph.width:
        photograph = photograph.transpose(Image.Transpose.ROTATE_90)
    scale = min(photograph.width / width, photograph.height / height)
    cut = (round(width * scale), round(height * scale))
    left, top = (photograph.width - cut[0]) // 2, (photograph.height - cut[1]) // 2
    box = (left, top, left + cut[0], top + cut[1])
    return photograph.resize((width, height), Image.Resampling.LANCZOS, box=box)


def _encoded(image: Image.Image, quality: int, *, grown: bool, seed: int) -> bytes:
    if grown:
        noise = np.random.default_rng(seed).normal(0, NOISE, (image.height, image.width, 3))
        image = Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return stream.getvalue()
