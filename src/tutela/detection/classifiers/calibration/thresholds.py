"""The lowest threshold whose promise holds, though it was chosen by the very items that it is judged by.

Three ways, each with the confidence of the target whatever the scores are: `order-statistic` for false positive rates
and `ranks` for precision, of items drawn one by one; `split-sequence` for items with weights or groups
(docs/decisions/0028-thresholds-with-a-promise.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tutela.detection.classifiers.calibration.bounds import betting_lower_bound, evidence, lower_bound, upper_bound
from tutela.detection.classifiers.calibration.labelled import F64, I64, Flags, LabelledScores
from tutela.detection.classifiers.calibration.target import Target

Method = Literal["order-statistic", "ranks", "split-sequence"]
CANDIDATES = 48
"""How many thresholds one half offers, at most."""
_GROWTH = 1.03
_MOST_FACTOR = 10_000


@dataclass(frozen=True, slots=True)
class Threshold:
    """Items that score `value` or more are flagged; with the target's confidence the rate is no worse than `bound`.

    `observed` is the rate among the `judged` items that the bound is of: those flagged for precision, the negatives
    for a false positive rate; of `split-sequence` they are of the second half.
    """

    value: float
    bound: float
    observed: float
    judged: int
    method: Method
    candidates: int


@dataclass(frozen=True, slots=True)
class NoThreshold:
    """None meets the target. `more` is about how many labelled items more would do if what they show stays as it is.

    `of` says which items; `more` is None where more of them do not help.
    """

    why: str
    more: int | None
    of: Literal["items", "negatives"] = "items"


def choose(labelled: LabelledScores, target: Target, seed: int) -> Threshold | NoThreshold:
    """Return the lowest threshold that meets the target, of those that are looked at; `seed` draws the halves."""
    if not labelled.plain:
        return _by_halves(labelled, target, seed)
    if target.kind == "false_positive_rate":
        return _by_negatives(labelled, target)
    return _by_ranks(labelled, target)


def just_above(score: float) -> float:
    """Return the least number above a score: who scores it or more scores more than `score`."""
    return math.nextafter(score, math.inf)


def _by_negatives(labelled: LabelledScores, target: Target) -> Threshold | NoThreshold:
    """How many negatives may score higher is fixed by their number alone, so that choosing costs nothing.

    The rate above the k-th highest of n is Beta(k, n - k + 1) at most (Wilks 1941; Tong, Feng and Li 2018).
    """
    falling = -np.sort(-labelled.score[~labelled.positive])
    count = len(falling)
    needed = math.ceil(math.log(target.miss) / math.log1p(-target.value))
    if count < needed:
        return NoThreshold(
            f"{count:,} negatives: even if none of them were flagged, the rate could be above {target.value:g}; "
            f"{needed:,} are the least",
            needed - count,
            "negatives",
        )
    allowed, beyond = 0, count
    while beyond - allowed > 1:
        middle = (allowed + beyond) // 2
        fits = upper_bound(middle, count, target.miss) <= target.value
        allowed, beyond = (middle, beyond) if fits else (allowed, middle)
    value = just_above(float(falling[allowed]))
    if value > 1:
        return NoThreshold(
            f"{allowed + 1:,} of {count:,} negatives have the highest score there is, 1: no threshold leaves them out",
            None,
            "negatives",
        )
    flagged = int((falling >= value).sum())
    bound = upper_bound(allowed, count, target.miss)
    return Threshold(value, bound, flagged / count, count, "order-statistic", 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """The ranks that are looked at, rising, and the chance with which the bound of each may fail."""

    ranks: tuple[int, ...]
    miss: float
    least: int

    @classmethod
    def of(cls, count: int, target: Target) -> Plan:
        """Return the plan for so many items: it knows nothing of their scores and labels.

        The lowest rank is the least that could pass, if all its items were right; each next is 3 % above.
        """
        number = 1
        while (least := _least(target, number)) * _GROWTH ** (number - 1) < count:
            number += 1
        ranks = (min(count, math.ceil(least * _GROWTH**step)) for step in range(number))
        return cls(tuple(sorted(set(ranks))) if least <= count else (), target.miss / number, least)


def _least(target: Target, number: int) -> int:
    return math.ceil(math.log(target.miss / number) / math.log(target.value))


def _by_ranks(labelled: LabelledScores, target: Target) -> Threshold | NoThreshold:
    """A few ranks are fixed by the number of items alone; at each the bound holds with its part of the miss.

    Given the score of the next rank, those above it are independent draws from what lies above it: a binomial count.
    """
    order = np.argsort(-labelled.score, kind="stable")
    falling, right = labelled.score[order], np.cumsum(labelled.positive[order])
    count = len(falling)
    plan = Plan.of(count, target)
    best: Threshold | None = None
    for rank in plan.ranks:
        value = just_above(float(falling[rank])) if rank < count else 0.0
        flagged = int((falling >= value).sum())
        found = int(right[flagged - 1]) if flagged else 0
        bound = lower_bound(found, flagged, plan.miss)
        if bound >= target.value and value <= 1:
            best = Threshold(value, bound, found / flagged, flagged, "ranks", len(plan.ranks))
    if best is not None:
        return best
    seen = [(int(right[rank - 1]), rank) for rank in _spread(min(20, count), count)]
    factors = [_factor(found, rank, count, target) for found, rank in seen]
    return _lacking(target, [found / rank for found, rank in seen], factors, count, plan.least)


def _by_halves(labelled: LabelledScores, target: Target, seed: int) -> Threshold | NoThreshold:
    """One half of the groups offers thresholds in an order; the other half judges them until one fails.

    Fixed-sequence testing with the sequence from other data (Angelopoulos et al. 2021, learn then test): given the
    first half, the first threshold whose promise is broken passes with a chance of at most the miss.
    """
    first, second = labelled.halves(seed)
    of_first, of_second = (Units.of(half, target) for half in (first, second))
    most = max(of_first.most, of_second.most)
    offered = candidates(first, target)
    wanted = -math.log(target.miss)
    shows = {value: of_first.evidence(value, most) for value in offered}
    best: float | None = None
    for value in sorted(offered, key=lambda one: -shows[one]):
        if of_second.evidence(value, most) < wanted:
            break
        best = value if best is None else min(best, value)
    groups = of_first.count + of_second.count
    if best is None:
        strongest = max([0.0, *shows.values()])
        more = math.ceil(len(labelled) * (2 * wanted / strongest - 1)) if strongest > 0 else None
        # Thin evidence of the half that offers may have failed in the half that judges: then more is a guess at best.
        more = None if more is None else max(more, len(labelled) // 2)
        kind = "groups" if labelled.group is not None else "items with weights"
        return NoThreshold(
            f"of {groups:,} {kind}, the largest of which weighs {most:,.6g}, one half offered {len(offered)} "
            "thresholds, and the other half did not bear out the most promising one",
            more,
        )
    part, whole = of_second.sums(best)
    # The evidence was enough at the target itself; the search for the bound ends a little beside.
    share = max(betting_lower_bound(part, whole, most, target.miss), of_second.wanted)
    observed = float(part.sum() / whole.sum())
    if target.kind == "false_positive_rate":
        share, observed = min(1 - share, target.value), 1 - observed
        judged = int((~second.positive).sum())
    else:
        judged = int((second.score >= best).sum())
    return Threshold(best, share, observed, judged, "split-sequence", len(offered))


def candidates(half: LabelledScores, target: Target) -> list[float]:
    """Return the thresholds that one half of the items offers, falling, at most CANDIDATES."""
    scores = half.score if target.kind == "precision" else half.score[~half.positive]
    falling = -np.sort(-scores)
    ranks = _spread(min(20, len(falling)), len(falling)) if target.kind == "precision" else []
    if target.kind == "false_positive_rate" and len(falling):
        ranks = [int(len(falling) * target.value * part / CANDIDATES) for part in range(CANDIDATES)]
    values = {just_above(float(falling[rank])) if rank < len(falling) else 0.0 for rank in ranks}
    return sorted((value for value in values if value <= 1), reverse=True)


@dataclass(frozen=True, slots=True)
class Units:
    """Groups, and what of them a rate is made of."""

    labelled: LabelledScores
    place: I64
    count: int
    target: Target

    @classmethod
    def of(cls, labelled: LabelledScores, target: Target) -> Units:
        """Return the groups of the items."""
        names, place = np.unique(labelled.groups, return_inverse=True)
        return cls(labelled, place.astype(np.int64), len(names), target)

    @property
    def wanted(self) -> float:
        """The least share that meets the target."""
        return self.target.value if self.target.kind == "precision" else 1 - self.target.value

    @property
    def most(self) -> float:
        """The largest weight of a group."""
        return float(self._summed(np.ones(len(self.labelled), dtype=np.bool_)).max(initial=0.0))

    def sums(self, value: float) -> tuple[F64, F64]:
        """Return of each group the weight that is as it should be at a threshold, and of all that counts."""
        flagged, positive = self.labelled.score >= value, self.labelled.positive
        if self.target.kind == "precision":
            return self._summed(flagged & positive), self._summed(flagged)
        return self._summed(~flagged & ~positive), self._summed(~positive)

    def evidence(self, value: float, most: float) -> float:
        """Return the evidence that the threshold meets the target."""
        return evidence(*self.sums(value), self.wanted, most)

    def _summed(self, chosen: Flags) -> F64:
        weights = np.where(chosen, self.labelled.weights, 0.0)
        return np.bincount(self.place, weights=weights, minlength=self.count).astype(np.float64)


def _spread(least: int, most: int) -> list[int]:
    """Return at most CANDIDATES whole numbers from `least` to `most`, each the same factor above the last."""
    if least > most or most < 1:
        return []
    return sorted({round(number) for number in np.geomspace(max(least, 1), most, CANDIDATES)})


def _factor(found: int, flagged: int, count: int, target: Target) -> float | None:
    """Return how many times as many items like these would show the precision wanted; None if none would."""

    def shows(factor: float) -> bool:
        right, wrong = int(found * factor), math.ceil((flagged - found) * factor)
        return lower_bound(right, right + wrong, Plan.of(int(count * factor), target).miss) >= target.value

    if found <= target.value * flagged or not shows(_MOST_FACTOR):
        return None
    low, high = 1.0, float(_MOST_FACTOR)
    while high / low > 1.02:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if shows(middle) else (middle, high)
    return high


def _lacking(target: Target, shares: list[float], factors: list[float | None], count: int, least: int) -> NoThreshold:
    highest = f"the highest precision of any threshold looked at is {max(shares, default=0.0):.4g}"
    usable = [factor for factor in factors if factor is not None]
    if not usable:
        return NoThreshold(f"{highest}, not above {target.value:g}", None)
    why = f"{highest}, of too few items flagged"
    if count < least:
        why = f"{count:,} items: even if all were flagged rightly, {least:,} are the least"
    return NoThreshold(why, max(1, math.ceil(count * (min(usable) - 1))))
