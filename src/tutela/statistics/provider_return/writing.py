"""The return as pages that open each figure down to its events."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tutela.events.envelope import Event
from tutela.statistics.figure import Figure
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.form import SECTIONS
from tutela.statistics.provider_return.wording import shown


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
