"""A picture as somebody is shown it: small, and made anew of its pixels."""

from __future__ import annotations

import numpy as np
from PIL import Image

from tutela.content.decode import RGB
from tutela.content.item import Limits
from tutela.content.opening.looking import picture_at
from tutela.content.place import Place


def small_pixels(data: bytes, place: Place, limits: Limits, side: int) -> RGB:
    """Return the picture at a place as it is stored, its longer side at most `side` pixels. Raises as `picture_at`."""
    image = Image.fromarray(picture_at(data, place, limits))
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(image)
