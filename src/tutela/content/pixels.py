"""What a decoder gave, as RGB: every mode of pixels that Pillow knows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

RGB = NDArray[np.uint8]
"""Pixels, shape (height, width, 3)."""


def to_rgb(image: Image.Image) -> RGB:
    """Return the pixels of a picture that is loaded; raises ValueError for values that are not numbers."""
    if image.mode.startswith("I;16"):
        # Pillow's own conversion cuts off above 255 instead of scaling, which makes a white square of a photograph.
        grey = (np.asarray(image) >> 8).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode in ("I", "F"):
        values = np.asarray(image)
        if not np.isfinite(values).all():
            raise ValueError("the picture holds values that are not numbers")
        top = float(values.max(initial=0))
        if image.mode == "F" and top <= 1:
            scale = 255.0  # the convention of floating-point TIFF and PFM: white is 1
        else:
            scale = 1.0 if top <= 255 else 255.0 / (65535.0 if top <= 65535 else top)
        grey = np.empty(values.shape, dtype=np.uint8)
        for row, line in enumerate(values):  # line by line, so that no second picture of 8 bytes a pixel is made
            grey[row] = np.clip(np.rint(line.astype(np.float64) * scale), 0, 255)
        return np.repeat(grey[:, :, None], 3, axis=2)
    return np.asarray(image.convert("RGB"))
