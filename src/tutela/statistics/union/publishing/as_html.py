"""The report as a page that stands alone."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tutela.statistics.union.errata import printed
from tutela.statistics.union.publishing.article9 import Report
from tutela.statistics.union.words import words


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("tutela.statistics.union"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Drawn by Tutela as a tree of elements, in which every text is escaped.
    environment.filters["drawn"] = Markup
    return environment


def report_as_html(report: Report) -> str:
    """Return the tables with what the document prints otherwise beside them, then the findings."""
    told = words(report.language)
    errata = {(e.table, e.row, e.column): (printed(e, told), found) for e, found in report.errata}
    # What stands in a cell that the tables do not have has no cell to be marked in; the findings tell of it.
    return _templates().get_template("article9.html").render(report=report, errata=errata, _=told.gettext)
