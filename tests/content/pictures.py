"""Made-up pictures for tests: smooth random textures, encoded as asked."""

import io
from typing import Any

import numpy as np
from PIL import Image

from tutela.content.decode import RGB


def texture(width: int = 96, height: int = 80, seed: int = 1, grain: int = 8) -> Image.Image:
    """Return a smooth random picture, `grain` blots along each axis."""
    blots = np.random.default_rng(seed).integers(0, 256, (grain, grain, 3), dtype=np.uint8)
    return Image.fromarray(blots).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    """Return the picture as a file."""
    stream = io.BytesIO()
    image.save(stream, format_, **options)
    return stream.getvalue()


def rgb(image: Image.Image) -> RGB:
    """Return the picture's pixels."""
    return np.asarray(image.convert("RGB"))
