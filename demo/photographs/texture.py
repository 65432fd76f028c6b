"""How much there is to see in a part of a picture."""

from __future__ import annotations

import numpy as np
from PIL import Image


def texture_and_contrast(image: Image.Image) -> tuple[float, float]:
    """How much a perceptual hash finds in a picture, and the deviation of its brightness (0 to 127).

    The first is the sum of brightness steps at 64 by 64 pixels that PDQ calls quality, here without its cap
    at 100, since tiles are ordered by it.
    """
    small = np.asarray(image.convert("L").resize((64, 64), Image.Resampling.BOX), dtype=np.float64)
    steps = sum(float(np.trunc(np.abs(np.diff(small, axis=axis)) * 100 / 255).sum()) for axis in (0, 1))
    return steps / 90, float(small.std())
