"""Regimes and what became of the bounds, for machines; numbers are texts, as none of them is a binary fraction."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tutela.statistics.simulation.against_truth import Held
from tutela.statistics.simulation.regime import Simulated
from tutela.statistics.simulation.summary import Answered, Summary

_PLACES = Decimal("0.01")


def summary_as_json(one: Summary) -> dict[str, Any]:
    """Return a run: how often the bounds hold, by question, and the errors that were made."""
    return {
        "seed": one.seed,
        "regimes": one.regimes,
        "events_at_most": one.events,
        "events": one.happened,
        "undeclared": one.undeclared,
        "regimes_in_which_all_bounds_hold": one.whole,
        "undeclared_errors": dict(sorted(one.mistakes.items())),
        "questions": [_answered(a) for a in one.answered.values()],
        "missed": [{"regime": n, "question": q, "of": list(codes)} for n, q, codes in one.missed],
    }


def simulated_as_json(one: Simulated) -> dict[str, Any]:
    """Return one regime: every question with the truth, what is published, the bounds, and those of its parts."""
    return {
        "regime": one.number,
        "seed": one.seed,
        "events": one.regime.world.events,
        "undeclared_errors": dict(sorted(one.mistakes.items())),
        "questions": [_held(h) for h in one.held],
    }


def _answered(one: Answered) -> dict[str, Any]:
    return {
        "id": one.id,
        "in": "percentage points" if one.percent else "per cent of the truth",
        "regimes": one.regimes,
        "bounds_hold": one.held,
        "with_upper_end": one.ended,
        "parts": one.parts,
        "parts_hold": one.parts_held,
        "contradictory": one.contradictory,
        "published_off_median": _number(one.off_median),
        "published_off_least": _number(one.off_least),
        "published_off_most": _number(one.off_most),
        "published_off_by_more_than_10": one.far_off,
        "compared": len(one.offs),
        "not_published": one.unpublished,
        "width_median": _number(one.width_median),
    }


def _held(one: Held) -> dict[str, Any]:
    return {
        "id": one.id,
        "percent": one.percent,
        "truth": _number(one.truth),
        "published": _number(one.published),
        "off_by": _number(one.off_by),
        "low": _number(one.low),
        "high": _number(one.high),
        "holds": one.holds,
        "contradictory": list(one.contradictory),
        "parts": [
            {"code": p.code, "truth": _number(p.truth), "low": _number(p.low), "high": _number(p.high)}
            for p in one.parts
        ],
    }


def _number(number: Decimal | None) -> str | None:
    if number is None:
        return None
    return format((number if number == number.to_integral_value() else number.quantize(_PLACES)).normalize(), "f")
