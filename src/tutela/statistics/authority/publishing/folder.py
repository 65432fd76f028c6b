"""What files a submission is."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from tutela.statistics.authority.publishing.as_json import cohort_as_json, figure_as_json
from tutela.statistics.authority.publishing.tables import Table, notes, subtitle, tables, title
from tutela.statistics.authority.submission import Submission, dataset
from tutela.statistics.authority.wording import Wording, wording
from tutela.statistics.publishing.delimited import as_csv
from tutela.statistics.union.dataset_file import written
from tutela.statistics.union.observation import Caveat
from tutela.statistics.union.publishing.as_csv import observations_as_csv
from tutela.statistics.union.publishing.as_sdmx import observations_as_sdmx

FORMATS = ("pdf", "xlsx", "csv", "json", "sdmx")


def files_of(one: Submission, language: str, formats: Collection[str]) -> Mapping[str, bytes]:
    """Return the content of each file by its name. PDF and XLSX need the extra `statistics`.

    Raises ValueError for a language without a catalogue.
    """
    w = wording(language)
    shown = tables(one, w)
    data = dataset(one)
    files: dict[str, str | bytes] = {}
    if "json" in formats:
        files["article8.json"] = json.dumps(_json(one, w, shown), ensure_ascii=False, indent=1) + "\n"
        files["dataset.json"] = written(data)
    if "csv" in formats:
        files |= {f"{table.key}.csv": as_csv([table.header, *table.rows]) for table in shown}
        files["observations.csv"] = observations_as_csv(data)
    if "sdmx" in formats:
        files["observations.sdmx.csv"] = observations_as_sdmx(data.observations)
    if "xlsx" in formats:
        files["article8.xlsx"] = _xlsx(one, w, shown)
    if "pdf" in formats:
        files["article8.pdf"] = _pdf(one, w, shown)
    return {name: content.encode() if isinstance(content, str) else content for name, content in files.items()}


def _json(one: Submission, w: Wording, shown: tuple[Table, ...]) -> dict[str, Any]:
    return {
        "form": one.form,
        "small_counts": {"below": one.rule.below, "ground": one.rule.ground} if one.rule else None,
        "state": one.state,
        "period": {"from": str(one.period.first), "to": str(one.period.last)},
        "as_of": str(one.extraction.as_of),
        "made_at": one.made_at.isoformat(),
        "up_to_event": one.up_to,
        "language": w.language,
        "figures": [figure_as_json(f) for f in one.figures],
        "caveats": [
            {
                "figure": c.figure,
                "caveat": c.caveat.value,
                "part": c.part if c.told else None,
                "whole": c.whole if c.told else None,
                "detail": c.detail if c.told or c.caveat is Caveat.AGE_LIMIT else None,
                "text": w.caveat(c),
            }
            for c in one.caveats
        ],
        "cohorts": [cohort_as_json(c) for c in one.cohorts],
        "convictions_of_no_report": None if one.rule else one.of_no_report,
        "tables": [
            {
                "key": t.key,
                "caption": t.caption,
                "header": list(t.header),
                "rows": [list(r) for r in t.rows],
                "note": t.note,
            }
            for t in shown
        ],
    }


def _xlsx(one: Submission, w: Wording, shown: tuple[Table, ...]) -> bytes:
    from tutela.statistics.publishing.sheets import Cell, Sheet, workbook
    from tutela.statistics.union.amount import Amount, Precision

    exact = {
        w.value(f): int(f.value.low)
        for f in one.figures
        if isinstance(f.value, Amount) and f.value.precision is Precision.EXACT
    }

    def cells(table: Table, row: tuple[str, ...]) -> list[Cell]:
        # A count that is told in full is a number; an interval and what is not known stay words.
        return [
            exact.get(cell, cell) if table.key != "cohorts" and at in table.numbers else cell
            for at, cell in enumerate(row)
        ]

    names = {
        "reports": w.gettext("Reports"),
        "victims": w.gettext("Children identified"),
        "convictions": w.gettext("Convictions"),
        "investigations": w.gettext("Investigations"),
        "cohorts": w.gettext("Cohorts"),
    }
    sheets = [
        Sheet(
            names[table.key],
            [[table.caption], table.header],
            [*(cells(table, row) for row in table.rows), *([[table.note]] if table.note else [])],
            [12 * width for width in table.widths],
        )
        for table in shown
    ]
    about: list[list[Cell]] = [[text] for text in (subtitle(one, w), *notes(one, w))]
    sheets.append(Sheet(w.gettext("Remarks"), [[title(one, w)]], about, [120]))
    return workbook(sheets, title=title(one, w), made=one.made_at)


def _pdf(one: Submission, w: Wording, shown: tuple[Table, ...]) -> bytes:
    from tutela.statistics.publishing.typesetting import typeset

    return typeset(
        "publishing/listing.typ",
        {
            "landscape": True,
            "subtitle": subtitle(one, w),
            "notes": notes(one, w),
            "tables": [
                {
                    "caption": table.caption,
                    "header": [[[name, 1] for name in table.header]],
                    "rows": [list(row) for row in table.rows],
                    "widths": list(table.widths),
                    "right": list(table.numbers),
                    "note": table.note,
                }
                for table in shown
            ],
        },
        title=title(one, w),
        language=w.language,
        made=one.made_at,
    )
