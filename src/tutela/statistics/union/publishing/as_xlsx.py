"""The report as a workbook: the nine tables, what is printed otherwise, the findings, the observations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutela.statistics.publishing.sheets import Cell, Sheet, workbook
from tutela.statistics.union import naming, parts
from tutela.statistics.union.observation import Missing, Observation
from tutela.statistics.union.publishing.article9 import Report
from tutela.statistics.union.tables.count_column import Counts
from tutela.statistics.union.tables.report import tables_of
from tutela.statistics.union.tables.table import Compiled
from tutela.statistics.union.words import HARD_SPACE, Words, words

_WHOLE = re.compile(rf"\d{{1,3}}(?:{HARD_SPACE}\d{{3}})*|\d+", re.ASCII)


def report_as_xlsx(report: Report) -> bytes:
    """Return the workbook. A count that is told in full is a number, all else a text as it is printed."""
    told = words(report.language)
    return workbook(
        [
            *(_table(report, t, told) for t in report.tables),
            *_listings(report, told),
            _errata(report, told),
            _findings(report, told),
            _values(report),
        ],
        title=report.title,
    )


def _table(report: Report, table: Compiled, told: Words) -> Sheet:
    columns = tables_of(report.data)[table.number - 1].columns
    counts = {at for at, column in enumerate(columns) if isinstance(column, Counts)}
    title = told.gettext("Table n.%(number)s: %(title)s") % {"number": table.number, "title": table.title}
    rows: list[Sequence[Cell]] = [
        [_number(cell) if at in counts else cell for at, cell in enumerate(row)] for row in table.rows
    ]
    if table.footnote:
        rows.append([table.footnote])
    widths = [60 if c.prose else 26 for c in columns]
    return Sheet(told.gettext("Table %(n)s") % {"n": table.number}, [[title], *table.header], rows, widths)


def _listings(report: Report, told: Words) -> list[Sheet]:
    """A sheet for each listing, numbered: a title may be longer than a sheet's name."""
    every = [(section, one) for section in report.sections for one in section.listings]
    return [
        Sheet(
            told.gettext("Listing %(n)s") % {"n": number},
            [[f"{section.title}: {one.title}"], one.header],
            [[_number(cell) if at in one.numbers else cell for at, cell in enumerate(row)] for row in one.rows],
            [int(14 * width) + 6 for width in one.widths],
        )
        for number, (section, one) in enumerate(every, start=1)
    ]


def _errata(report: Report, told: Words) -> Sheet:
    _ = told.gettext
    header = [_("Table"), _("Row"), _("Column"), _("Printed"), _("Compiled"), _("Findings")]
    rows: list[Sequence[Cell]] = [
        [e.table, e.row, e.column, e.published, e.compiled, ", ".join(f.id for f in found)]
        for e, found in report.errata
    ]
    return Sheet(_("Printed otherwise"), [header], rows, [8, 8, 8, 40, 40, 60])


def _findings(report: Report, told: Words) -> Sheet:
    _ = told.gettext
    header = [_("Finding"), _("Severity"), _("Arithmetic"), _("Message"), _("Question"), _("Where")]
    rows = [
        [t.id, t.severity, t.arithmetic, t.message, t.question, "\n".join(f.sources(report.data, told))]
        for f, t in zip(report.findings, report.told, strict=True)
    ]
    return Sheet(_("What does not add up"), [header], rows, [40, 14, 60, 50, 40, 60])


def _values(report: Report) -> Sheet:
    told = words(report.language)
    header = (
        "id", "reporter", "measure", "unit", "first_day", "last_day", "breakdown", "status", "precision", "low", "high",
        "stated", "caveats", "prose", "sources", "part",
    )  # fmt: skip
    return Sheet(told.gettext("Observations"), [header], [_line(o, told) for o in report.data.observations], [26] * 16)


def _line(one: Observation, told: Words) -> list[Cell]:
    amount = one.amount or (one.value.within if isinstance(one.value, Missing) else None)
    return [
        one.id,
        str(one.reporter),
        one.measure.value,
        one.unit.value,
        str(one.period.first) if one.period else None,
        str(one.period.last) if one.period else None,
        ";".join(f"{k.value}={v}" for k, v in one.breakdown) or None,
        one.status.value,
        amount.precision.value if amount else None,
        amount.low if amount else None,
        amount.high if amount else None,
        amount.stated if amount else None,
        ";".join(c.value for c in one.caveats) or None,
        "yes" if one.prose else "no",
        "\n".join(naming.source(s, told) for s in one.sources),
        parts.of(one, told) or None,
    ]


def _number(cell: str) -> Cell:
    return int(cell.replace(HARD_SPACE, "")) if _WHOLE.fullmatch(cell) else cell
