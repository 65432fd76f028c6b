"""A figure of the register: what it counts, one by one, and the statements that each of them rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tutela.events.catalogue.authority import Kept
from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount, at_least, between, exact
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Missing

Why = Literal["undeclared", "not_kept", "since", "not_over"]
"""Nobody said since when all are kept; they are not kept; they are only since a day; the period was not over then."""
Units = Mapping[str, tuple[str, ...]]
"""What is counted, each with the subjects whose statements decide that it is."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One figure of a period.

    `units` are counted for sure, `maybe` are counted once at most: so the figure lies between. `fewest` and `most` say
    what it would be under other rules. `why` says why it is not known, or not to the end, and of which
    `day` that is.
    """

    id: str
    kind: Kept
    measure: Measure
    unit: Unit
    units: Units
    maybe: Units = field(default_factory=dict)
    breakdown: tuple[tuple[Dimension, str], ...] = ()
    fewest: int | None = None
    most: int | None = None
    status: Status = Status.VALUE
    whole: bool = True
    why: Why | None = None
    day: date | None = None

    @property
    def low(self) -> int:
        """The least that it can be of what the register holds."""
        return len(self.units) or min(1, len(self.maybe))

    @property
    def high(self) -> int:
        """The most that it can be of what the register holds."""
        return len(self.units) + len(self.maybe)

    @property
    def value(self) -> Amount | Missing:
        """The figure: exact, an interval, a lower end where the register does not hold all, or why there is none."""
        if self.status is Status.SUPPRESSED:
            # Zeros are told, so that whoever reads knows that it is none.
            return Missing(self.status, at_least(1))
        if self.status is not Status.VALUE:
            return Missing(self.status)
        if not self.whole:
            return at_least(self.low)
        return exact(self.low) if self.low == self.high else between(self.low, self.high)

    @property
    def subjects(self) -> frozenset[str]:
        """Everything whose statements decide what is counted."""
        return frozenset(s for units in (self.units, self.maybe) for rests in units.values() for s in rests)
