"""How often what was done is undone: per complaint and per action, with bounds, for any period.

Both rates follow what the period began. Per complaint: of the complaints lodged in it that are decided, those that
were upheld. Per action: of the actions carried out in it, those that were undone after an upheld complaint, whenever.
So the numerator is a part of the denominator, the bounds are exact, and complaints that still wait are told beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tutela.statistics.figure import Rate
from tutela.statistics.redress.counts import Count
from tutela.statistics.redress.durations import Durations
from tutela.statistics.redress.selection import Period, Unit, Users

By = Literal["all", "service", "technology"]


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
