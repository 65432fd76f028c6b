"""Figures, differences and cohorts for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tutela.statistics.authority.cohorts import Cohort
from tutela.statistics.authority.counted import Counted
from tutela.statistics.authority.differences import Change, how
from tutela.statistics.union.amount import Amount


def figure_as_json(one: Counted) -> dict[str, Any]:
    """Return a figure; `low` and `high` are the same for an exact one, `high` is none where only the lower is known."""
    value = one.value
    found: dict[str, Any] = {
        "id": one.id,
        "measure": one.measure.value,
        "unit": one.unit.value,
        "by": {dimension.value: part for dimension, part in one.breakdown},
        "status": one.status.value,
        "low": int(value.low) if isinstance(value, Amount) else None,
        "high": int(value.high) if isinstance(value, Amount) and value.high is not None else None,
    }
    if one.fewest is not None:
        found |= {"fewest": one.fewest, "most": one.most}
    if one.why is not None:
        found |= {"why": one.why, "day": str(one.day) if one.day else None}
    return found


def change_as_json(one: Change) -> dict[str, Any]:
    """Return what came into a figure or went out of it, with the statements that did it."""
    return {
        "unit": one.unit,
        "causes": [
            {
                "statement": cause.id,
                "subject": cause.subject,
                "type": cause.said.TYPE,
                "how": how(cause),
                "on": str(cause.on) if cause.on else None,
                "recorded_at": cause.recorded_at.isoformat(),
                "author": cause.author,
            }
            for cause in one.causes
        ],
    }


def cohort_as_json(one: Cohort) -> dict[str, Any]:
    """Return a cohort; shares lie between 0 and 1, lags are days."""
    found = asdict(one)
    return {**found, "within": [dict(row) for row in found["within"]], "closed": dict(one.closed)}
