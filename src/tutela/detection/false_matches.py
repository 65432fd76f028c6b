"""Compares the fingerprints of different pictures with each other: how near do they come without being copies?

Each picture is scanned as an item is, in every orientation, against the upright fingerprint of each other picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

U8: TypeAlias = NDArray[np.uint8]
I64: TypeAlias = NDArray[np.int64]

Near: TypeAlias = Callable[[U8, int], int]
"""Counts the pairs of a query, (q, bytes), and a value of a list that lie within a radius in bits: all of them."""

MOST_HITS = 5_000_000
"""Pairs within the radius that are kept: more than these are not false matches but copies."""

_BLOCK = 100_000
"""Pairs that are compared at once: few enough that the intermediate arrays stay in the processor's cache."""

# One seed serves two purposes, which must not get the same numbers.
_VALUES, _DRAWS = 1, 2

_QUERIED = 64
"""Pictures whose fingerprints are looked up at once."""


class TooManyCopies(ValueError):
    """The pictures hold so many copies of each other that nothing can be said of different pictures."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Fingerprints of n pictures.

    `values` is (n, orientations, bytes), upright first, the bytes a multiple of 8. `groups`, (n,), numbers what a
    picture was cut from: pictures of one group are not compared. Raises ValueError where the shapes do not fit.
    """

    values: U8
    groups: I64

    def __post_init__(self) -> None:
        if self.values.ndim != 3 or self.values.shape[2] % 8 or self.groups.shape != self.values.shape[:1]:
            raise ValueError(f"{self.values.shape} values and {self.groups.shape} groups do not fit together")

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.groups)

    @property
    def bits(self) -> int:
        """The bits of a fingerprint."""
        return 8 * int(self.values.shape[2])


@dataclass(frozen=True, slots=True)
class Hits:
    """Pairs of an item and an entry within the radius, in the order of the items: arrays of one length.

    `orientation` is the number of the item's orientation that came nearest, the lowest of equal ones.
    """

    item: I64
    entry: I64
    distance: I64
    orientation: I64

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.item)


@dataclass(frozen=True, slots=True)
class Compared:
    """How far apart the pictures of different groups are.

    `upright`, (bits + 1,), counts the pairs of upright fingerprints at each distance, each pair once. `scanned` counts
    the distances from an item in its nearest orientation to an entry, where each pair of pictures counts twice, once
    with either as the item.
    """

    upright: I64
    scanned: I64
    hits: Hits


def compare(pictures: Pictures, radius: int, progress: Callable[[int], None] = lambda _: None) -> Compared:
    """Compare each picture with each one of another group. `progress` is told of items done, some at a time.

    Takes about 0.1 microseconds a pair for 8 orientations of 256 bits on one core. Raises ValueError where the radius
    is not 0 to the bits of a value, TooManyCopies where more than MOST_HITS pairs lie within it.
    """
    bits = pictures.bits
    if not 0 <= radius <= bits:
        raise ValueError(f"the radius is 0 to {bits} bits, not {radius}")
    words = np.ascontiguousarray(pictures.values).view(np.uint64)
    upright, scanned = np.zeros(bits + 1, dtype=np.int64), np.zeros(bits + 1, dtype=np.int64)
    found: list[Hits] = []
    total = 0
    step = max(1, _BLOCK // max(1, len(pictures)))
    # One column of words after another, so that each pass runs through memory in order.
    entries = np.ascontiguousarray(words[:, 0].T)
    for first in range(0, len(pictures), step):
        items = words[first : first + step]
        apart = pictures.groups[first : first + step, None] != pictures.groups[None, :]
        nearest = _distances(items[:, 0], entries)
        later = np.arange(len(pictures))[None, :] > np.arange(first, first + len(items))[:, None]
        upright += np.bincount(nearest[apart & later], minlength=bits + 1)
        best = np.zeros(nearest.shape, dtype=np.uint8)
        for orientation in range(1, items.shape[1]):
            turned = _distances(items[:, orientation], entries)
            nearer = turned < nearest
            best[nearer] = orientation
            np.minimum(nearest, turned, out=nearest)
        scanned += np.bincount(nearest[apart], minlength=bits + 1)
        item, entry = np.nonzero(apart & (nearest <= radius))
        total += len(item)
        if total > MOST_HITS:
            raise TooManyCopies(
                f"more than {MOST_HITS:,} pairs are within {radius} bits: these are copies of each other, "
                "not different pictures; remove the copies, or put what belongs together into one folder"
            )
        distance, orientation_of = nearest[item, entry].astype(np.int64), best[item, entry].astype(np.int64)
        found.append(Hits(item + first, entry, distance, orientation_of))
        progress(len(items))
    return Compared(upright, scanned, _joined(found))


def random_values(count: int, width: int, *seed: int, block: int = 1_000_000) -> Iterator[U8]:
    """Yield `count` values of `width` bytes of independent fair bits, in blocks (k, width); the seed fixes them."""
    generator = np.random.default_rng([_VALUES, *seed])
    for first in range(0, count, block):
        yield generator.integers(0, 256, (min(block, count - first), width), dtype=np.uint8)


def count_hits(pictures: Pictures, near: Near, radius: int, progress: Callable[[int], None] = lambda _: None) -> int:
    """Count the values that `near` finds within `radius` bits of the pictures, over all orientations of each."""
    hits = 0
    for first in range(0, len(pictures), _QUERIED):
        items = pictures.values[first : first + _QUERIED]
        hits += near(np.ascontiguousarray(items.reshape(-1, items.shape[2])), radius)
        progress(len(items))
    return hits


def sampled_distances(pictures: Pictures, others: U8, comparisons: int, seed: int) -> I64:
    """Count, by distance (bits + 1,), `comparisons` pairs drawn at random of an upright picture and one of `others`."""
    generator = np.random.default_rng([_DRAWS, seed])
    counts = np.zeros(pictures.bits + 1, dtype=np.int64)
    mine, theirs = np.ascontiguousarray(pictures.values[:, 0]).view(np.uint64), others.view(np.uint64)
    for first in range(0, comparisons, _BLOCK):
        size = min(_BLOCK, comparisons - first)
        a, b = generator.integers(0, len(mine), size), generator.integers(0, len(theirs), size)
        distance = np.bitwise_count(mine[a] ^ theirs[b]).sum(axis=1, dtype=np.int64)
        counts += np.bincount(distance, minlength=len(counts))
    return counts


def _distances(items: NDArray[np.uint64], entries: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """Return the distances, (k, n), of items, (k, words), and entries, (words, n)."""
    distance = np.zeros((len(items), entries.shape[1]), dtype=np.uint16)
    for word, column in enumerate(entries):
        distance += np.bitwise_count(items[:, word, None] ^ column[None, :])
    return distance


def _joined(parts: list[Hits]) -> Hits:
    def column(name: str) -> I64:
        return np.concatenate([np.empty(0, dtype=np.int64), *(getattr(part, name) for part in parts)])

    return Hits(column("item"), column("entry"), column("distance"), column("orientation"))
