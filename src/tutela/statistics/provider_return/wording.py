"""The return for machines, and a figure as a person reads it. It needs no extra."""

from __future__ import annotations

from typing import Any

from tutela.statistics.figure import Figure, Rate
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.words import ENGLISH, words


def as_json(compiled: YearlyReturn, *, events: bool = False) -> dict[str, Any]:
    """Return the return for JSON; with `events` every figure has the sequence numbers of its events, else their count.

    Of a large provider these are many millions of numbers.
    """
    return {
        "year": compiled.year,
        "regimes": [{"id": r.id, "title": r.title, "from": str(r.first), "to": str(r.last)} for r in compiled.regimes],
        "services": [{"id": s.id, "name": s.name, "type": s.type.value} for s in compiled.services],
        "up_to_event": compiled.up_to,
        "caveats": list(compiled.caveats),
        "figures": [figure_as_json(f, events=events) for f in compiled.figures],
        "technologies": [figure_as_json(f, events=events) for f in compiled.technologies],
        "parts": [
            {
                "id": part.id,
                "from": str(part.span.first),
                "to": str(part.span.last),
                "regime": part.span.regime.id if part.span.regime else None,
                "figures": [figure_as_json(f, events=events) for f in part.figures],
            }
            for part in compiled.parts
        ],
    }


def figure_as_json(figure: Figure, *, events: bool = False) -> dict[str, Any]:
    """Return a figure for JSON."""
    value: dict[str, Any] = {
        "id": figure.id,
        "section": figure.section,
        "class": figure.case_class or None,
        "key": figure.key,
        "meaning": figure.meaning,
        "unit": figure.unit or None,
        "service": figure.service,
        "technology": figure.technology,
        "participants": figure.participants,
        "status": figure.status.value,
        "value": figure.value,
        "at_most": figure.at_most,
        "reason": figure.reason or None,
        "note": figure.note or None,
        "event_count": len(figure.events),
    }
    if figure.rate is not None:
        value["among_reviewed"] = _rate_as_json(figure.rate)
    if figure.weighted is not None:
        value["weighted_by_sampling"] = _rate_as_json(figure.weighted)
    if events:
        value["events"] = list(figure.events)
    return value


def _rate_as_json(rate: Rate) -> dict[str, Any]:
    return {
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "rate": rate.rate,
        "low": rate.low,
        "high": rate.high,
        "confidence": rate.confidence,
    }


def shown(figure: Figure) -> str:
    """Return a figure's value as a person reads it, in English."""
    return words(ENGLISH).shown(figure)
