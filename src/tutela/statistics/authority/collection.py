"""Whether the register holds all of a kind in a period: nothing that was not kept is ever told as zero."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from tutela.events.catalogue.authority import Kept
from tutela.statistics.authority.counted import Counted, Why
from tutela.statistics.authority.register import Register
from tutela.statistics.figure import Status
from tutela.statistics.union.period import Period


@dataclass(frozen=True, slots=True)
class Completeness:
    """Whether all of a kind in a period is in the register: then there is no `why` that it is not."""

    why: Why | None = None
    day: date | None = None


def completeness(register: Register, kind: Kept, period: Period) -> Completeness:
    """Return whether the register holds all of a kind in a period, on the day that it is looked at."""
    declared = register.collected.get(kind)
    if declared is None:
        return Completeness("undeclared")
    if declared.since is None:
        return Completeness("not_kept")
    if declared.since > period.first:
        return Completeness("since", declared.since)
    if register.as_of < period.last:
        return Completeness("not_over", register.as_of)
    return Completeness()


def judged(one: Counted, held: Completeness) -> Counted:
    """Return a figure that is told as far as the register holds what it counts."""
    if held.why is None:
        return one
    nothing = Status.NOT_COLLECTED if held.why == "not_kept" else Status.UNKNOWN
    return replace(one, status=Status.VALUE if one.low else nothing, whole=False, why=held.why, day=held.day)
