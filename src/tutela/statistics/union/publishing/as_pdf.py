"""The report as a PDF."""

from __future__ import annotations

import re
from typing import Any

from tutela.statistics.publishing.typesetting import typeset
from tutela.statistics.union.content.section import Section
from tutela.statistics.union.errata import printed
from tutela.statistics.union.findings.registry import checks
from tutela.statistics.union.publishing.article9 import Report
from tutela.statistics.union.publishing.listed import pieces
from tutela.statistics.union.tables.column import Column
from tutela.statistics.union.tables.count_column import Counts
from tutela.statistics.union.tables.period_column import Periods
from tutela.statistics.union.tables.rate_column import Rates
from tutela.statistics.union.tables.report import tables_of
from tutela.statistics.union.tables.reporter_column import Reporters
from tutela.statistics.union.tables.share_columns import Given, Shares
from tutela.statistics.union.tables.table import Compiled
from tutela.statistics.union.words import words

_USUAL, _TALL = 82, 74
"""Widths of drawings in per cent of a page's: a tall one still fits below another."""
_BOX = re.compile(r'viewBox="0 0 (?P<width>[\d.]+) (?P<height>[\d.]+)"')


def report_as_pdf(report: Report) -> bytes:
    """Return the tables with what the document prints otherwise beside them, then the findings."""
    told = words(report.language)
    _ = told.gettext
    numbers = {f.id: n for n, f in enumerate(_ordered(report), start=1)}
    return typeset(
        "union/templates/article9.typ",
        {
            "intro": _("Sums and percentages are made anew. A cell that the document prints otherwise says how."),
            "findings_title": _("What does not add up"),
            "tables_title": _("Tables"),
            "overview": _section(report.sections[0]),
            "sections": [_section(s) for s in report.sections[1:]],
            "tables": [_table(report, t, numbers) for t in report.tables],
            "checks": [_check(report, c.id, c.asks, numbers) for c in checks()],
        },
        title=report.title,
        language=report.language,
    )


def _section(one: Section) -> dict[str, Any]:
    return {
        "title": one.title,
        "sentences": list(one.sentences),
        "listings": [
            {
                "title": x.title,
                "header": [[(text, 1) for text in x.header]],
                "rows": [list(row) for row in x.rows],
                "widths": list(x.widths),
                "right": list(x.numbers),
            }
            for x in one.listings
        ],
        "drawings": [
            {"title": d.title, "svg": d.svg, "says": d.says, "width": _TALL if _is_tall(d.svg) else _USUAL}
            for d in one.drawings
        ],
    }


def _is_tall(svg: str) -> bool:
    found = _BOX.search(svg)
    return found is not None and float(found["height"]) > 0.9 * float(found["width"])


def _ordered(report: Report) -> list[Any]:
    order = [c.id for c in checks()]
    return sorted(report.findings, key=lambda f: order.index(f.check))


def _table(report: Report, table: Compiled, numbers: dict[str, int]) -> dict[str, Any]:
    told = words(report.language)
    errata = {(e.row, e.column): (e, found) for e, found in report.errata if e.table == table.number}
    columns = tables_of(report.data)[table.number - 1].columns
    rows = []
    for at, row in enumerate(table.rows, start=1):
        cells = []
        for column, text in enumerate(row, start=1):
            cell: dict[str, Any] = {"pieces": [{"text": piece.text, "item": piece.item} for piece in pieces(text)]}
            if (at, column) in errata:
                erratum, found = errata[at, column]
                cell["printed"] = printed(erratum, told)
                cell["findings"] = [numbers[f.id] for f in found]
            cells.append(cell)
        rows.append(cells)
    return {
        "caption": told.gettext("Table n.%(number)s: %(title)s") % {"number": table.number, "title": table.title},
        "header": [table.groups(line) for line in range(len(table.header))],
        "rows": rows,
        "total": tables_of(report.data)[table.number - 1].has_total,
        "widths": [_width(c) for c in columns],
        "right": [at for at, c in enumerate(columns) if isinstance(c, Counts | Shares | Given) and c.key != "cases"],
        "note": table.footnote,
    }


def _width(column: Column) -> float:
    """In parts of the page's width."""
    if column.prose:
        return 3.2
    if isinstance(column, Periods):
        return 1.7
    if isinstance(column, Reporters):
        return 1.5
    return 1.4 if isinstance(column, Rates | Counts) else 1.2


def _check(report: Report, check: str, asks: str, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "asks": words(report.language).gettext(asks),
        "findings": [
            {
                "number": numbers[f.id],
                "id": f.id,
                "severity": f.severity,
                "arithmetic": f.arithmetic,
                "message": f.message,
                "question": f.question,
            }
            for f in report.told
            if f.check == check
        ],
    }
