"""Entries and queries: uniform random, random with 128 bits set as PDQ has, and real fingerprints multiplied.

Everything follows from the seeds. Nine queries in ten are drawn like the entries and are none of them; one in ten is an
entry with 0 to 31 bits flipped, at a random place among each ten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from bench.engine import Values

Data = Literal["uniform", "balanced", "clustered"]
Draw = Callable[[int, np.random.Generator], Values]
"""Draws so many fingerprints, shape (n, 32)."""

BITS = 256
RADIUS = 31
HALVINGS = (2, 3, 4, 5)
_CHUNK = 20_000


@dataclass(frozen=True)
class Source:
    """Where entries come from, and what is asked that is not among them."""

    entries: Draw
    strangers: Draw


def uniform(count: int, generator: np.random.Generator) -> Values:
    """Return fingerprints whose bits are fair coins."""
    return generator.integers(0, 256, (count, BITS // 8), dtype=np.uint8)


def balanced(count: int, generator: np.random.Generator) -> Values:
    """Return fingerprints with exactly 128 bits set, as the median in PDQ makes them."""
    order = np.argsort(generator.random((count, BITS), dtype=np.float32), axis=1)
    return np.packbits(order < BITS // 2, axis=1)


def multiplied(real: Values) -> Draw:
    """Return a draw that takes one of `real` and flips each bit with a probability of 1/4, 1/8, 1/16 or 1/32.

    Many entries are then near one another, and far more agree in parts, as the versions of one picture do.
    """

    def draw(count: int, generator: np.random.Generator) -> Values:
        values = real[generator.integers(0, len(real), count)]
        halvings = generator.integers(HALVINGS[0], HALVINGS[-1] + 1, count)
        flips = np.full_like(values, 255)
        for halving in range(HALVINGS[-1]):
            # A bit that survives so many fair coins is set with that power of a half.
            flips &= uniform(count, generator) | np.where(halvings > halving, 0, 255).astype(np.uint8)[:, None]
        drawn: Values = values ^ flips
        return drawn

    return draw


def flipped(values: Values, flips: NDArray[np.int64], generator: np.random.Generator) -> Values:
    """Return each value with so many different bits flipped, 0 to 256."""
    result = values.copy()
    for first in range(0, len(values), _CHUNK):
        part = slice(first, first + _CHUNK)
        order = np.argsort(generator.random((len(values[part]), BITS), dtype=np.float32), axis=1)
        result[part] ^= np.packbits(order < flips[part, None], axis=1)
    return result


def source(data: Data, real: Values | None = None) -> Source:
    """Return what to draw from. `clustered` needs `real`: the first half makes entries, the other half strangers.

    A stranger may be near an entry by chance, as a real item may; the oracle says which are.
    """
    if data == "uniform":
        return Source(uniform, uniform)
    if data == "balanced":
        return Source(balanced, balanced)
    if real is None or len(real) < 2:
        raise ValueError("clustered entries need real fingerprints: give --photographs")
    half = len(real) // 2
    return Source(multiplied(real[:half]), multiplied(real[half:]))


def write_entries(file: Path, origin: Source, count: int, seed: int) -> Values:
    """Write `count` entries as an array to `file` and return it, mapped: ten million do not fit twice."""
    generator = np.random.default_rng([seed, 0])
    values: Values = open_memmap(file, mode="w+", dtype=np.uint8, shape=(count, BITS // 8))
    for first in range(0, count, _CHUNK):
        values[first : first + _CHUNK] = origin.entries(min(_CHUNK, count - first), generator)
    return values


@dataclass(frozen=True)
class Queries:
    """What is asked: shape (n, 32); `entry` is the number of the entry that was flipped, -1 for strangers."""

    values: Values
    entry: NDArray[np.int64]
    flips: NDArray[np.int64]


def queries(origin: Source, entries: Values, count: int, seed: int) -> Queries:
    """Return `count` queries, a multiple of ten, one planted in each ten."""
    if count % 10:
        raise ValueError("queries come in tens")
    generator = np.random.default_rng([seed, 1])
    values = origin.strangers(count, generator)
    place = np.arange(0, count, 10) + generator.integers(0, 10, count // 10)
    chosen = generator.integers(0, len(entries), count // 10)
    flips = generator.integers(0, RADIUS + 1, count // 10)
    values[place] = flipped(np.asarray(entries[chosen]), flips, generator)
    entry, distance = np.full(count, -1), np.zeros(count, dtype=np.int64)
    entry[place], distance[place] = chosen, flips
    return Queries(values, entry, distance)
