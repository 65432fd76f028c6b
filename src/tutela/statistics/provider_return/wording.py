"""The return for machines, and a figure as a person reads it. It needs no extra."""

from __future__ import annotations

from typing import Any

from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.compilation import YearlyReturn


def as_json(compiled: YearlyReturn) -> dict[str, Any]:
    """Return the return for JSON: every figure with the sequence numbers of its events."""
    return {
        "year": compiled.year,
        "regimes": [{"id": r.id, "title": r.title, "from": str(r.first), "to": str(r.last)} for r in compiled.regimes],
        "services": [{"id": s.id, "name": s.name, "type": s.type.value} for s in compiled.services],
        "up_to_event": compiled.up_to,
        "caveats": list(compiled.caveats),
        "figures": [figure_as_json(f) for f in compiled.figures],
    }


def figure_as_json(figure: Figure) -> dict[str, Any]:
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
        "status": figure.status.value,
        "value": figure.value,
        "at_most": figure.at_most,
        "reason": figure.reason or None,
        "note": figure.note or None,
        "event_count": len(figure.events),
        "events": list(figure.events),
    }
    if figure.rate is not None:
        value["among_reviewed"] = {
            "numerator": figure.rate.numerator,
            "denominator": figure.rate.denominator,
            "rate": figure.rate.rate,
            "low": figure.rate.low,
            "high": figure.rate.high,
            "confidence": figure.rate.confidence,
        }
    return value


def shown(figure: Figure) -> str:
    """Return a figure's value as a person reads it."""
    if figure.status is not Status.VALUE:
        return figure.status.value.replace("_", " ")
    if isinstance(figure.value, float):
        return f"{figure.value:g}{' %' if figure.unit == '%' else ''}"
    if isinstance(figure.value, int):
        upper = f" to {figure.at_most:,}" if figure.at_most is not None else ""
        return f"{figure.value:,}{upper}"
    return str(figure.value)
