"""A picture as somebody is shown it: small, and made anew of its pixels."""

from __future__ import annotations

import numpy as np
from PIL import Image

from tutela.content.decode import RGB, decode_image
from tutela.content.item import Limits


def small_pixels(data: bytes, limits: Limits, side: int) -> RGB:
    """Return the picture as it is stored, its longer side at most `side` pixels. Raises as `decode_image` does."""
    image = Image.fromarray(decode_image(data, limits))
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(image)
