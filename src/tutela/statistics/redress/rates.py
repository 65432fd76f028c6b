"""How often what was done is undone: per complaint and per action, with bounds, for any period.

Both rates follow what the period began. Per complaint: of the complaints lodged in it that are decided, those that
were upheld. Per action: of the actions carried out in it, those that were undone after an upheld complaint, whenever.
So the numerator is a part of the denominator, the bounds are exact, and complaints that still wait are told beside.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tutela.casework.reasons import Channel
from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.casework import ItemDecided
from tutela.events.catalogue.intake import CaseOpened, DetectionRecorded, ItemFlagged
from tutela.events.catalogue.redress import (
    ActionCarriedOut,
    ActionOrdered,
    ActionReversed,
    ComplaintDecided,
    ComplaintLodged,
)
from tutela.statistics.figure import Rate
from tutela.statistics.interval import exact_rate
from tutela.statistics.redress.counts import Count, actioned, complaints_of, lodged, restored, was_upheld
from tutela.statistics.redress.durations import Durations, durations
from tutela.statistics.redress.facts import Facts
from tutela.statistics.redress.selection import Chosen, Period, Unit, Users, choose, technologies_of

By = Literal["all", "service", "technology"]
UNITS: tuple[Unit, ...] = ("item", "account")
EVENTS: tuple[type[Payload], ...] = (
    CaseOpened,
    ItemFlagged,
    DetectionRecorded,
    ItemDecided,
    ActionOrdered,
    ActionCarriedOut,
    ActionReversed,
    ComplaintLodged,
    ComplaintDecided,
)
"""The events that these figures are made of."""


@dataclass(frozen=True, slots=True)
class Reversals:
    """Of one unit, and of one service or technology if it is split: what happened, and the rates.

    `actioned`, `lodged` and `restored` are of what happened in the period, as the yearly return counts. `waiting` are
    complaints lodged in the period that nobody decided yet. `took` is of complaints to the provider, `took_courts` of
    those with a court, which decides in its own time. A rate of 0 in 0 is none.
    """

    unit: Unit
    part: str | None
    actioned: Count
    lodged: Count
    restored: Count
    waiting: int
    per_complaint: Rate | None
    per_action: Rate | None
    took: Durations | None
    took_courts: Durations | None


@dataclass(frozen=True, slots=True)
class RedressFigures:
    """The figures of a period, from the events up to `up_to`."""

    period: Period
    by: By
    users: Users
    up_to: int
    rows: tuple[Reversals, ...]

    def as_json(self) -> dict[str, Any]:
        """Return them for JSON."""
        return {
            "from": str(self.period.first),
            "to": str(self.period.last),
            "by": self.by,
            "users": self.users,
            "up_to_event": self.up_to,
            "rows": [_row_as_json(row) for row in self.rows],
        }


def redress_figures(
    facts: Facts, period: Period, services: Mapping[str, str], by: By = "all", users: Users = "all"
) -> RedressFigures:
    """Return the figures of a period: the whole, then each service (names by id) or technology."""
    rows: list[Reversals] = []
    for unit in UNITS:
        rows.append(_reversals(facts, period, choose(facts, unit, services, users=users), None))
        for part in _parts(facts, services, by):
            wanted: Collection[str] = [part] if by == "service" else services
            technology = part if by == "technology" else None
            chosen = choose(facts, unit, wanted, users=users, technology=technology)
            rows.append(_reversals(facts, period, chosen, part))
    return RedressFigures(period, by, users, facts.last_sequence, tuple(rows))


def _reversals(facts: Facts, period: Period, chosen: Chosen, part: str | None) -> Reversals:
    complaints = complaints_of(chosen.every, period)
    decided = [c.decided for c in complaints if c.decided is not None]
    upheld = sum(d[2].upheld for d in decided)
    acted = [a for a in chosen.every if a.carried_out and period(a.carried_out[1])]
    undone = sum(a.reversed is not None and was_upheld(a) for a in acted)
    return Reversals(
        unit=chosen.unit,
        part=part,
        actioned=actioned(facts, chosen, period),
        lodged=lodged(chosen, period),
        restored=restored(facts, chosen, period),
        waiting=len(complaints) - len(decided),
        per_complaint=exact_rate(upheld, len(decided)),
        per_action=exact_rate(undone, len(acted)),
        took=_took(chosen, period, "internal"),
        took_courts=_took(chosen, period, "judicial"),
    )


def _took(chosen: Chosen, period: Period, channel: Channel) -> Durations | None:
    return durations(
        [
            c.decided[1] - c.at
            for a in chosen.every
            for c in a.complaints
            if c.channel == channel and c.decided is not None and period(c.decided[1])
        ]
    )


def _parts(facts: Facts, services: Mapping[str, str], by: By) -> list[str]:
    if by == "service":
        return sorted(services)
    if by == "technology":
        return sorted({name for a in facts.actions.values() for name in technologies_of(facts, a)})
    return []


def _row_as_json(row: Reversals) -> dict[str, Any]:
    def count(one: Count) -> dict[str, int]:
        return {"at_least": one.low, "at_most": one.high}

    def rate(one: Rate | None) -> dict[str, Any] | None:
        if one is None:
            return None
        return {
            "numerator": one.numerator,
            "denominator": one.denominator,
            "rate": one.rate,
            "low": one.low,
            "high": one.high,
            "confidence": one.confidence,
        }

    def hours(took: Durations | None) -> dict[str, float] | None:
        if took is None:
            return None
        return {
            "decided": took.count,
            "median": round(took.median.total_seconds() / 3600, 2),
            "p95": round(took.p95.total_seconds() / 3600, 2),
        }

    return {
        "unit": row.unit,
        "part": row.part,
        "actioned": count(row.actioned),
        "complaints_lodged": count(row.lodged),
        "complaints_waiting": row.waiting,
        "restored_after_complaint": count(row.restored),
        "reversals_per_complaint": rate(row.per_complaint),
        "reversals_per_action": rate(row.per_action),
        "hours_to_decide": hours(row.took),
        "hours_to_decide_by_courts": hours(row.took_courts),
    }
