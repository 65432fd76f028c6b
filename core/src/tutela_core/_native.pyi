"""The compiled functions. Arrays are C-contiguous; values are rows of 32 bytes."""

import numpy as np
from numpy.typing import NDArray

INSTRUCTIONS: str
"""The instructions that were chosen when the module was loaded: `portable`, `avx2` or `avx512`."""

_Found = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16], NDArray[np.uint32]]

class HammingSegment:
    """A segment's file in memory: tables of 16 chunks (see native/hamming.hpp)."""

    def __init__(
        self,
        file: NDArray[np.uint8],
        count: int,
        values: int,
        starts: int,
        nexts: int,
        rows: int,
        verified: NDArray[np.uint8] | None,
        block_bits: int,
    ) -> None:
        """Take the whole file and the offsets of its sections.

        `verified` has one byte for each block of 2**block_bits bytes, not 0 where the block was verified; None if all
        were. Raises ValueError where a section lies outside the file.
        """

    def search(self, queries: NDArray[np.uint8], radius: int, threads: int, verify: bool) -> _Found:
        """Return number of the query, row and distance of each value within the radius (0 to 63), in no order.

        With `verify`, blocks that are not verified are not read but returned, as the fourth array (with repeats): the
        answer is whole once that is empty. Raises ValueError for another radius.
        """

def hamming_scan(values: NDArray[np.uint8], queries: NDArray[np.uint8], radius: int, threads: int) -> _Found:
    """Compare each query with each value, (n, 32): the same answer as a search, for any radius."""

def hamming_order(values: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return the rows in the order of their first chunk (bytes 0 and 1, the lower first), equal ones as they came."""

def hamming_fill_table(
    values: NDArray[np.uint8],
    table: int,
    starts: NDArray[np.uint32],
    nexts: NDArray[np.uint16],
    rows: NDArray[np.uint8],
) -> None:
    """Fill one of the 16 tables of values that stand in the order of chunk 0.

    `starts` has 65,537 elements, `nexts` one and `rows` three for each value (none for table 0). Raises ValueError
    where the arrays do not fit.
    """

def pdq(pixels: NDArray[np.uint8], full_height: int, full_width: int, shrink: int) -> tuple[bytes, int]:
    """Return 8 PDQ values of 32 bytes, one after another, and the quality, 0 to 100. Lets other threads run.

    `pixels` has the shape (height, width, 3), RGB, or (height, width), luminance. Each pixel is the mean of
    `shrink` x `shrink` of the full picture's `full_height` x `full_width` (1: they are its pixels). The order:
    upright, turned counterclockwise by 90, 180, 270 degrees, flipped left-right, top-bottom, transposed, transversed.
    Raises ValueError if the sizes do not go together or the samples of a row do not lie one after another.
    """
