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
