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
from tutela.statistics.provider_return.introduction import introduction, part_title, title
from tutela.statistics.provider_return.technologies import TITLE
from tutela.statistics.provider_return.words import ENGLISH, Words
from tutela.statistics.provider_return.words import words as words_of

ENGLISH_WORDS = words_of(ENGLISH)
SHOWN = 1000
"""How many events of a figure a page that was written shows."""


def file_name(figure_id: str) -> str:
    """Return the name of the page of a figure's events."""
    return quote(figure_id, safe="@~.-_") + ".html"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("tutela.statistics.provider_return"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def return_body(compiled: YearlyReturn, link: Callable[[str], str], words: Words = ENGLISH_WORDS) -> Markup:
    """Return the inner part of the return's page; `link` gives the address of a figure's events."""
    sections = [
        (number, name, [f for f in compiled.figures if f.section == number]) for number, name in SECTIONS.items()
    ]
    template = _templates().get_template("return_body.html")
    text = template.render(
        compiled=compiled,
        sections=sections,
        technologies=compiled.technologies,
        technologies_title=words.told(TITLE),
        parts=[(part_title(part, words), part.figures) for part in compiled.parts],
        title=title(compiled, words),
        lines=introduction(compiled, words),
        link=link,
        words=words,
        _=words.gettext,
    )
    return Markup(text)  # noqa: S704 - it escapes


def figure_body(
    compiled: YearlyReturn,
    figure: Figure,
    events: Sequence[Event],
    back: str,
    about: Callable[[Event], str | None] = lambda _: None,
    words: Words = ENGLISH_WORDS,
) -> Markup:
    """Return the inner part of the page of the events that a figure counts.

    `events` may be the first of them only. `back` leads to the return, `about` to what an event is about, where there
    is a page of it.
    """
    rows = [(e, json.dumps(e.payload.model_dump(mode="json", exclude_none=True), ensure_ascii=False)) for e in events]
    template = _templates().get_template("figure_body.html")
    text = template.render(
        title=title(compiled, words), figure=figure, rows=rows, back=back, about=about, words=words, _=words.gettext
    )
    return Markup(text)  # noqa: S704 - it escapes


def page(name: str, body: Markup, language: str = ENGLISH) -> str:
    """Return a page that stands alone."""
    return _templates().get_template("page.html").render(title=name, body=body, language=language)
