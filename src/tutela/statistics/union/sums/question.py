"""What a total is asked for, and what each caveat does to a figure that is taken for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.observation import Caveat, Dimension, Observation, Reporter
from tutela.statistics.union.period import Period, spanning

Whose = Literal["state", "provider"]


class Effect(StrEnum):
    """What a figure with a caveat says of the number without it."""

    MORE = "more"
    """It counts what is asked for and perhaps more: it bounds from above alone."""
    LESS = "less"
    """It counts a part of what is asked for: it bounds from below alone."""
    OTHER = "other"
    """It may be more or less: it bounds nothing."""
    NONE = "none"
    """It counts the same."""


EFFECTS: Mapping[Caveat, Effect] = {
    Caveat.ONLINE_AND_OFFLINE: Effect.MORE,
    Caveat.SOURCE_NOT_SEPARATED: Effect.MORE,
    Caveat.SELF_GENERATED: Effect.MORE,
    Caveat.OTHER_SERVICES_POSSIBLE: Effect.MORE,
    Caveat.REGION_UNCLEAR: Effect.MORE,
    Caveat.OTHER_PATHS: Effect.MORE,
    Caveat.AGE_LIMIT: Effect.LESS,
    Caveat.NOT_FINAL: Effect.OTHER,
    Caveat.DYNAMIC_DATA: Effect.OTHER,
    Caveat.OFFENCES_NOT_REPORTS: Effect.OTHER,
    Caveat.GENDER_NOT_SEPARATED: Effect.NONE,
    Caveat.EARLIER_REPORTS: Effect.NONE,
}


def effect_of(caveat: Caveat) -> Effect:
    """Return what a caveat does; one that is not known here may do anything."""
    return EFFECTS.get(caveat, Effect.OTHER)


STRICT = frozenset(c for c in Caveat if effect_of(c) is not Effect.NONE)
"""Every caveat that changes what is counted."""
DISTINCT = frozenset({Unit.ACCOUNTS, Unit.USERS})
"""Counted once however often they come back: two periods together have no more than both, and no less than each."""
UNDECIDED = frozenset({"not_stated", "not_recorded", "mixed"})
"""Values of a breakdown that may, for each thing, be any of the others in truth."""
_ELSEWHERE = frozenset({"world", "outside"})


class NotSummable(ValueError):
    """A question that has no total; the message says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """How many of a measure, in a unit, in a period, of all reporters of a kind?

    `by` is what it is broken down to, the state left out. A figure with a caveat of `without` is taken for what it
    proves of the number without it; with the others, each figure is taken as it was told, and the caveat is carried.
    Raises NotSummable.
    """

    measure: Measure
    unit: Unit
    period: Period
    whose: Whose = "state"
    by: tuple[tuple[Dimension, str], ...] = ()
    without: frozenset[Caveat] = frozenset()

    def __post_init__(self) -> None:
        if not self.unit.counts or self.unit in {Unit.REPORTS_PER_MONTH, Unit.STATES}:
            raise NotSummable(f"{self.unit.value} are never added")
        if any(d in {Dimension.STATE, Dimension.REGION} for d, _ in self.by):
            raise NotSummable("a total of all is not broken down by state or region")
        if tuple(sorted(self.by)) != self.by or len(dict(self.by)) != len(self.by):
            raise NotSummable("a breakdown names each dimension once, in order")

    def effect(self, one: Observation) -> Effect:
        """Return what a figure proves, all its caveats together."""
        found = {effect_of(c) for c in one.caveats if c in self.without} - {Effect.NONE}
        if len(found) > 1:
            return Effect.OTHER
        return found.pop() if found else Effect.NONE


def about(one: Observation, whose: Whose) -> str | None:
    """Return the code of the state or provider that a figure is about, None if of neither or of users elsewhere too.

    What a body tells of one Member State is about that state.
    """
    if one.by(Dimension.REGION) in _ELSEWHERE or one.reporter.kind == "union":
        return None
    if whose == "provider":
        return one.reporter.code if one.reporter.kind == "provider" else None
    return one.by(Dimension.STATE) or (one.reporter.code if one.reporter.kind == "state" else None)


def subjects(data: Dataset, measure: Measure, whose: Whose) -> tuple[str, ...]:
    """Return of whom a total is made: every Member State, or the providers that told anything of the measure."""
    if whose == "state":
        return MEMBERS
    return tuple(sorted({o.reporter.code for o in data.of(measure) if o.reporter.kind == "provider"}))


def units(data: Dataset, measure: Measure, whose: Whose) -> tuple[Unit, ...]:
    """Return the units that can be added in which a measure was told, the most frequent first."""
    told = [o.unit for o in data.of(measure) if o.amount is not None and about(o, whose) is not None]
    told = [Unit.REPORTS if u is Unit.REPORTS_PER_MONTH else u for u in told if u.counts and u is not Unit.STATES]
    return tuple(sorted(set(told), key=lambda u: (-told.count(u), u.value)))


def longest(data: Dataset, measure: Measure, whose: Whose) -> Period | None:
    """Return the shortest period that covers all that was told of a measure."""
    found = [o.period for o in data.of(measure) if o.period is not None and o.amount is not None and about(o, whose)]
    return spanning(found)


def reporter(code: str, whose: Whose) -> Reporter:
    """Return the reporter of a code."""
    return Reporter(whose, code)
