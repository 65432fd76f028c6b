"""Agreement of two readers beyond chance: Cohen's kappa, also from a sample that was drawn by the first verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from tutela.statistics.figure import Rate
from tutela.statistics.interval import exact_rate


class WhyUndefined(StrEnum):
    """Why there is no kappa."""

    NOTHING = "nothing"
    """No item was decided by two."""
    ONE_ANSWER = "one_answer"
    """Both gave one and the same answer throughout: chance alone would agree always, and 0 of 0 is no value."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one item. `weight` is the inverse of the share by which it was drawn; above 0."""

    first: Hashable
    second: Hashable
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.weight > 0:
            raise ValueError("the weight of a pair is above 0")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two agree, and by how much that exceeds chance.

    `observed` counts pairs as they are, with exact bounds; None for no pair. `kappa`, from -1 to 1 with its bounds
    at `confidence`, weighs them; None with its reason in `undefined`.
    """

    pairs: int
    observed: Rate | None
    kappa: float | None
    low: float | None
    high: float | None
    confidence: float
    undefined: WhyUndefined | None = None


def agreement(pairs: Iterable[Pair], confidence: float = 0.95) -> Agreement:
    """Return Cohen's kappa with its bounds (Cohen, Educ. Psychol. Meas. 20, 1960).

    The variance is that of Fleiss, Cohen and Everitt (Psychol. Bull. 72, 1969), in its form for weighted samples: the
    linearised one, drawn with replacement (Särndal, Swensson, Wretman 1992, 5.5); with equal weights they are one. It
    is 0 where every pair agrees, or none does: there, and wherever it would be narrower, the exact bounds of the
    agreement, carried over with the margins as they are, take its place. Bounds are within -1 and 1.
    """
    given = list(pairs)
    agreeing = sum(pair.first == pair.second for pair in given)
    observed = exact_rate(agreeing, len(given), confidence)
    if observed is None:
        return Agreement(0, None, None, None, None, confidence, WhyUndefined.NOTHING)
    whole = sum(pair.weight for pair in given)
    firsts: dict[Hashable, float] = defaultdict(float)
    seconds: dict[Hashable, float] = defaultdict(float)
    for pair in given:
        firsts[pair.first] += pair.weight / whole
        seconds[pair.second] += pair.weight / whole
    if len(firsts) == len(seconds) == 1 and firsts.keys() == seconds.keys():
        return Agreement(len(given), observed, None, None, None, confidence, WhyUndefined.ONE_ANSWER)
    agreed = sum(pair.weight for pair in given if pair.first == pair.second) / whole
    chance = sum(share * seconds.get(answer, 0.0) for answer, share in firsts.items())
    kappa = (agreed - chance) / (1 - chance)
    error = _standard_error(given, whole, firsts, seconds, agreed, chance)
    reach = _normal_quantile(confidence) * error
    exact_low, exact_high = ((bound - chance) / (1 - chance) for bound in (observed.low, observed.high))
    low, high = kappa - reach, kappa + reach
    if error == 0:
        low, high = min(kappa, exact_low), max(kappa, exact_high)
    return Agreement(len(given), observed, _within(kappa), _within(low), _within(high), confidence)


def _standard_error(
    pairs: list[Pair],
    whole: float,
    firsts: dict[Hashable, float],
    seconds: dict[Hashable, float],
    agreed: float,
    chance: float,
) -> float:
    rest = 1 - chance

    def slope(pair: Pair) -> float:
        # How kappa changes with the share of pairs like this one.
        margins = seconds.get(pair.first, 0.0) + firsts.get(pair.second, 0.0)
        return ((pair.first == pair.second) * rest - (1 - agreed) * margins) / rest**2

    slopes = [slope(pair) for pair in pairs]
    mean = sum(pair.weight * s for pair, s in zip(pairs, slopes, strict=True)) / whole
    variance = sum((pair.weight * (s - mean) / whole) ** 2 for pair, s in zip(pairs, slopes, strict=True))
    return float(variance**0.5) if variance > 1e-24 else 0.0


def _normal_quantile(confidence: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf((1 + confidence) / 2)


def _within(value: float) -> float:
    return max(-1.0, min(1.0, value))
