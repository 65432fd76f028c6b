"""What a number of false matches among pictures says about the rate, and what it does not.

Pairs of pictures are not independent of each other: n pictures give n * (n - 1) / 2 pairs, but only n draws from what
there is. A bound that treats pairs as independent is too small by a factor of about n. The ones here do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, comb, log
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tutela.detection.false_matches import Hits

I64: TypeAlias = NDArray[np.int64]
F64: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Split:
    """A part of the pictures taken as a list and the others scanned against it.

    The parts share no group, so that given the list, what happens to the pictures of one group is independent of
    what happens to those of another. `hit_items` and `hit_groups` are those of the scanned with at least one hit.
    """

    entries: int
    items: int
    groups: int
    hit_items: int
    hit_groups: int


def split(groups: I64, hits: Hits, seed: int) -> Split:
    """Take half of the groups, drawn at random, as the list. `groups` is (n,), that of each picture."""
    names = np.unique(groups)
    listed = np.random.default_rng(seed).permutation(names)[: len(names) // 2]
    in_list = np.isin(groups, listed)
    counted = ~in_list[hits.item] & in_list[hits.entry]
    hit = np.unique(hits.item[counted])
    return Split(
        entries=int(in_list.sum()),
        items=int((~in_list).sum()),
        groups=len(names) - len(listed),
        hit_items=len(hit),
        hit_groups=len(np.unique(groups[hit])),
    )


def mean_over_groups(groups: I64, hits: Hits) -> float:
    """Return the share of comparisons between two groups that hit, the mean over all pairs of groups, 0 to 1.

    Each pair of groups weighs the same, however many pictures they have. Raises ValueError for fewer than 2 groups.
    """
    names, counts = np.unique(groups, return_counts=True)
    sizes: dict[int, int] = dict(zip(names.tolist(), counts.tolist(), strict=True))
    if len(sizes) < 2:
        raise ValueError("two groups are needed")
    pairs = zip(groups[hits.item].tolist(), groups[hits.entry].tolist(), strict=True)
    weight = sum((1 / (sizes[a] * sizes[b]) for a, b in pairs), 0.0)
    return weight / (len(sizes) * (len(sizes) - 1))


def pair_bound(mean: float, sources: int, confidence: float = 0.95) -> float:
    """Return the upper bound of a rate per pair, from the mean over all pairs of independent sources.

    Hoeffding (1963, section 5): the mean over all pairs of n sources is as concentrated as one over n // 2
    independent pairs, so the Chernoff bound of that many holds, whatever the dependence among pairs. For a mean of 0
    it is 1 - (1 - confidence) ** (1 / (n // 2)), about 6 / n. Raises ValueError for fewer than 2 sources or numbers
    outside 0 to 1.
    """
    if sources < 2 or not 0 <= mean <= 1 or not 0 < confidence < 1:
        raise ValueError(f"no bound from a mean of {mean} over {sources} sources at {confidence}")
    allowed = -log(1 - confidence) / (sources // 2)
    low, high = mean, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if _divergence(mean, middle) > allowed:
            high = middle
        else:
            low = middle
    return high


def against(bound: float, entries: int, wanted: int) -> float:
    """Return the bound for an item against `wanted` entries, from that against `entries` entries.

    A list of `wanted` entries is made of so many lists of `entries`, and an item hits it only if it hits one of them:
    the union bound. It holds as a mean over lists of pictures like those measured. Raises ValueError for no entries.
    """
    if entries < 1 or wanted < 1:
        raise ValueError("a list has at least one entry")
    return min(1.0, bound * ceil(wanted / entries))


def coin_flips(bits: int) -> F64:
    """Return the chance of each distance, (bits + 1,), between a value and one of independent fair bits."""
    return np.array([comb(bits, distance) / 2**bits for distance in range(bits + 1)])


def _divergence(mean: float, rate: float) -> float:
    """Return the Kullback-Leibler divergence of two coins, natural logarithm, with its limits at 0 and 1."""
    if rate >= 1:
        return 0.0 if mean >= 1 else float("inf")
    one = mean * log(mean / rate) if mean > 0 else 0.0
    other = (1 - mean) * log((1 - mean) / (1 - rate)) if mean < 1 else 0.0
    return one + other
