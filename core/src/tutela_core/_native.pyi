"""The compiled functions."""

import numpy as np
from numpy.typing import NDArray

INSTRUCTIONS: str
"""The instructions that were chosen when the module was loaded: `portable`, `avx2` or `avx512`."""

def pdq(pixels: NDArray[np.uint8], full_height: int, full_width: int, shrink: int) -> tuple[bytes, int]:
    """Return 8 PDQ values of 32 bytes, one after another, and the quality, 0 to 100. Lets other threads run.

    `pixels` has the shape (height, width, 3), RGB, or (height, width), luminance. Each pixel is the mean of
    `shrink` x `shrink` of the full picture's `full_height` x `full_width` (1: they are its pixels). The order:
    upright, turned counterclockwise by 90, 180, 270 degrees, flipped left-right, top-bottom, transposed, transversed.
    Raises ValueError if the sizes do not go together or the samples of a row do not lie one after another.
    """
