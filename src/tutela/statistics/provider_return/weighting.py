"""A rate among what was reviewed, weighted by how it was sampled: parts that were reviewed less weigh as they are.

Within a part, what was reviewed is taken to stand for what was not. The bounds are rigorous under that assumption:
each part has exact bounds at a confidence that makes all of them hold together (Bonferroni), and a part of which
nothing was reviewed may be anything between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutela.statistics.figure import Rate
from tutela.statistics.interval import exact_rate


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part: how many there are, how many of them were reviewed, and how many of those are errors."""

    items: int
    reviewed: int
    wrong: int

    def __post_init__(self) -> None:
        if not 0 <= self.wrong <= self.reviewed <= self.items:
            raise ValueError(f"{self.wrong} of {self.reviewed} of {self.items} is no part")


def weighted_rate(strata: Sequence[Stratum], confidence: float = 0.95) -> Rate | None:
    """Return the rate over all parts, each weighing as many items as it has; None where nothing was reviewed.

    Parts of which nothing was reviewed do not enter the rate, and widen its bounds. A part that was reviewed whole is
    known, and needs no bounds. `numerator` and `denominator` are of what was reviewed.
    """
    strata = [one for one in strata if one.items]
    reviewed = [one for one in strata if one.reviewed]
    if not reviewed:
        return None
    total = sum(one.items for one in strata)
    sampled = sum(one.reviewed < one.items for one in reviewed)
    each = 1 - (1 - confidence) / max(1, sampled)
    rate = sum(one.items * one.wrong / one.reviewed for one in reviewed) / sum(one.items for one in reviewed)
    low = high = 0.0
    for one in strata:
        bounds = exact_rate(one.wrong, one.reviewed, each)
        if bounds is None:
            high += one.items
        elif one.reviewed == one.items:
            low, high = low + one.wrong, high + one.wrong
        else:
            # What was reviewed is known; the bounds are of the rest.
            low += max(one.wrong, one.items * bounds.low)
            high += min(one.wrong + one.items - one.reviewed, one.items * bounds.high)
    numerator, denominator = sum(one.wrong for one in reviewed), sum(one.reviewed for one in reviewed)
    return Rate(numerator, denominator, rate, low / total, high / total, confidence)
