"""Sums, bounds and coverage for machines."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tutela.statistics.union.amount import Amount
from tutela.statistics.union.sums.adding import Addition
from tutela.statistics.union.sums.coverage import Covered
from tutela.statistics.union.sums.span import Step
from tutela.statistics.union.sums.total import Total
from tutela.statistics.union.sums.wrongly_flagged import ErrorBounds


def addition_as_json(one: Addition) -> dict[str, Any]:
    """Return a sum, or why there is none; numbers are texts, as none of them is a binary fraction."""
    return {
        "sum": _amount(one.amount),
        "parts": list(one.parts),
        "absent": list(one.absent),
        "caveats": [c.value for c in one.caveats],
        "refusals": [
            {"reason": r.reason.value, "groups": [{"is": g, "parts": list(ids)} for g, ids in r.groups]}
            for r in one.refusals
        ],
        "allowed": [
            {
                "period": str(g.period) if g.period else None,
                "unit": g.unit.value,
                "caveats": [c.value for c in g.caveats],
                "parts": list(g.parts),
                "sum": _amount(g.amount),
            }
            for g in one.groups
        ],
    }


def total_as_json(one: Total) -> dict[str, Any]:
    """Return the bounds of a total and of each reporter, with the steps that reach them."""
    return {
        "measure": one.question.measure.value,
        "unit": one.question.unit.value,
        "period": str(one.question.period),
        "by": {k.value: v for k, v in one.question.by},
        "without": sorted(c.value for c in one.question.without),
        "low": _number(one.low),
        "high": _number(one.high),
        "caveats": [c.value for c in one.caveats],
        "unbounded": list(one.unbounded),
        "bounded": _amount(one.bounded),
        "reporters": [
            {
                "code": s.code,
                "low": _number(s.span.low),
                "high": _number(s.span.high),
                "low_steps": _steps(s.span.low_steps),
                "high_steps": _steps(s.span.high_steps),
                "contradictory": list(s.contradictory),
            }
            for s in one.shares
        ],
    }


def coverage_as_json(rows: Iterable[Covered]) -> list[dict[str, Any]]:
    """Return reports received for each hundred sent; percentages have two places, rounded outwards."""
    return [
        {
            "code": c.code,
            "period": str(c.period),
            "received": _amount(c.received),
            "sent": _amount(c.sent),
            "low": _outwards(c.low, "ROUND_FLOOR"),
            "high": _outwards(c.high, "ROUND_CEILING"),
        }
        for c in rows
    ]


def errors_as_json(rows: Iterable[ErrorBounds]) -> list[dict[str, Any]]:
    """Return which share of the flagged is wrong; percentages have two places, rounded outwards."""
    return [
        {
            "code": row.code,
            "flagged": _amount(row.flagged),
            "wrong": _amount(row.wrong),
            "low": _outwards(row.low, "ROUND_FLOOR"),
            "high": _outwards(row.high, "ROUND_CEILING"),
        }
        for row in rows
    ]


def _steps(steps: Iterable[Step]) -> list[dict[str, Any]]:
    return [
        {
            "sign": s.sign,
            "number": _number(s.number),
            "from": str(s.start),
            "before": str(s.end),
            "observations": list(s.by),
        }
        for s in steps
    ]


def _amount(amount: Amount | None) -> dict[str, Any] | None:
    return None if amount is None else {"low": _number(amount.low), "high": _number(amount.high)}


def _number(number: Decimal | None) -> str | None:
    return None if number is None else format(number.normalize(), "f")


def _outwards(number: Decimal | None, rounding: str) -> str | None:
    return None if number is None else str(number.quantize(Decimal("0.01"), rounding))
