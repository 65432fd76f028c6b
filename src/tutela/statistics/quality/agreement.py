"""Agreement of two readers beyond chance: Cohen's kappa, also from a sample that was drawn by the first verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from tutela.statistics.figure import Rate
from tutela.statistics.interval import exact_rate
from tutela.statistics.quality.kappa_bounds import Cell, kappa_bounds


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


def agreement(pairs: Iterable[Pair], confidence: float = 0.95, seed: int = 1960) -> Agreement:
    """Return Cohen's kappa (Educ. Psychol. Meas. 20, 1960) with its bounds, which hold for small samples too.

    The bounds are those of `kappa_bounds`, drawn with `seed`, and always hold the kappa that was found. There is no
    kappa, and no bound, where there is no pair or only one answer.
    """
    given = list(pairs)
    agreeing = sum(pair.first == pair.second for pair in given)
    observed = exact_rate(agreeing, len(given), confidence)
    if observed is None:
        return Agreement(0, None, None, None, None, confidence, WhyUndefined.NOTHING)
    whole = sum(pair.weight for pair in given)
    firsts: dict[Hashable, float] = defaultdict(float)
    seconds: dict[Hashable, float] = defaultdict(float)
    cells: dict[Cell, list[float]] = defaultdict(list)
    for pair in given:
        firsts[pair.first] += pair.weight / whole
        seconds[pair.second] += pair.weight / whole
        cells[pair.first, pair.second].append(pair.weight / whole)
    if len(firsts) == len(seconds) == 1 and firsts.keys() == seconds.keys():
        return Agreement(len(given), observed, None, None, None, confidence, WhyUndefined.ONE_ANSWER)
    agreed = sum(pair.weight for pair in given if pair.first == pair.second) / whole
    chance = sum(share * seconds.get(answer, 0.0) for answer, share in firsts.items())
    kappa = _within((agreed - chance) / (1 - chance))
    low, high = kappa_bounds(cells, confidence, seed)
    return Agreement(len(given), observed, kappa, min(low, kappa), max(high, kappa), confidence)


def _within(value: float) -> float:
    return max(-1.0, min(1.0, value))
