"""Many regimes together: how often bounds hold, how wide they are, how far off the published methods are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tutela.statistics.simulation.against_truth import Held
from tutela.statistics.simulation.regime import Simulated

_PERCENT = Decimal(100)
FAR = Decimal(10)
"""Per cent of the truth by which a published number is off that is called far off."""
FEW = 10
"""Below so many a difference in per cent says little: such totals are left out of what is said in per cent."""


@dataclass(slots=True)
class Answered:
    """One question in all regimes.

    `offs` are how far published numbers lie from the truth and `widths` how far bounds with two ends lie apart, in per
    cent of the truth (of a question that asks for percentages, in percentage points). `parts` counts the bounds of
    single Member States or providers, `parts_held` those that hold the truth.
    """

    id: str
    percent: bool
    regimes: int = 0
    held: int = 0
    ended: int = 0
    parts: int = 0
    parts_held: int = 0
    contradictory: int = 0
    unpublished: int = 0
    offs: list[Decimal] = field(default_factory=list)
    widths: list[Decimal] = field(default_factory=list)

    def add(self, one: Held) -> None:
        """Count a regime."""
        self.regimes += 1
        self.held += one.holds
        self.ended += one.high is not None
        self.parts += len(one.parts)
        self.parts_held += len(one.parts) - len(one.missed)
        self.contradictory += len(one.contradictory)
        self.unpublished += one.published is None
        for found, into in ((one.off_by, self.offs), (one.width, self.widths)):
            if found is not None and (self.percent or one.truth >= FEW):
                into.append(found if self.percent else _PERCENT * found / one.truth)

    @property
    def whole(self) -> bool:
        """Whether every bound holds, of the totals and of the parts."""
        return self.held == self.regimes and self.parts_held == self.parts

    @property
    def off_median(self) -> Decimal | None:
        """The middle of how far off what is published is, up or down."""
        return median([abs(one) for one in self.offs])

    @property
    def off_least(self) -> Decimal | None:
        """How far it lies below the truth at most."""
        return min(self.offs, default=None)

    @property
    def off_most(self) -> Decimal | None:
        """How far it lies above the truth at most."""
        return max(self.offs, default=None)

    @property
    def far_off(self) -> int:
        """In how many regimes it is far off."""
        return sum(abs(one) > FAR for one in self.offs)

    @property
    def width_median(self) -> Decimal | None:
        """The middle of how far bounds with two ends lie apart."""
        return median(self.widths)


@dataclass(slots=True)
class Summary:
    """Every regime of a run. `missed` names the first regimes of which a bound misses the truth, with the questions."""

    seed: int
    events: int
    undeclared: float
    answered: dict[str, Answered] = field(default_factory=dict)
    regimes: int = 0
    whole: int = 0
    happened: int = 0
    mistakes: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)

    def add(self, one: Simulated) -> None:
        """Count a regime."""
        self.regimes += 1
        self.happened += one.regime.world.events
        self.mistakes.update(one.mistakes)
        holds = True
        for held in one.held:
            self.answered.setdefault(held.id, Answered(held.id, held.percent)).add(held)
            if not held.holds or held.missed:
                holds = False
                if len(self.missed) < SHOWN:
                    self.missed.append((one.number, held.id, held.missed))
        self.whole += holds

    @property
    def broken(self) -> bool:
        """Whether a bound misses the truth although nobody made an error without declaring it."""
        return self.undeclared == 0 and self.whole < self.regimes


SHOWN = 100
"""How many questions whose bounds miss are named."""


def median(numbers: Sequence[Decimal]) -> Decimal | None:
    """Return the middle number, None of none."""
    ordered = sorted(numbers)
    if not ordered:
        return None
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
