"""The return as JSON and as pages that open each figure down to its events."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tutela.events.envelope import Event
from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.form import SECTIONS


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


def file_name(figure_id: str) -> str:
    """Return the name of the page of a figure's events."""
    return quote(figure_id, safe="@~.-_") + ".html"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("tutela.statistics.provider_return"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    return environment


def return_body(compiled: YearlyReturn, link: Callable[[str], str]) -> Markup:
    """Return the inner part of the return's page; `link` gives the address of a figure's events."""
    sections = [
        (number, title, [f for f in compiled.figures if f.section == number]) for number, title in SECTIONS.items()
    ]
    template = _templates().get_template("return_body.html")
    return Markup(template.render(compiled=compiled, sections=sections, link=link))  # noqa: S704 - it escapes


def figure_body(
    compiled: YearlyReturn,
    figure: Figure,
    events: Sequence[Event],
    back: str,
    about: Callable[[Event], str | None] = lambda _: None,
) -> Markup:
    """Return the inner part of the page of the events that a figure counts.

    `back` leads to the return, `about` to what an event is about, where there is a page of it.
    """
    rows = [(e, json.dumps(e.payload.model_dump(mode="json", exclude_none=True), ensure_ascii=False)) for e in events]
    template = _templates().get_template("figure_body.html")
    return Markup(template.render(compiled=compiled, figure=figure, rows=rows, back=back, about=about))  # noqa: S704 - it escapes


def page(title: str, body: Markup) -> str:
    """Return a page that stands alone."""
    return _templates().get_template("page.html").render(title=title, body=body)
