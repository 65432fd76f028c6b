"""`tutela return`: the provider's statutory yearly return."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tutela.cli.exits import Exit
from tutela.cli.output import err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.wording import as_json, shown
from tutela.storage.workplace import Workplace

FORMATS = ("json", "html")


def yearly_return(
    year: Annotated[int, typer.Option(min=2021, max=2100, help="The calendar year.")],
    formats: Annotated[
        str | None, typer.Option("--format", help="json, html, or both with a comma between them.")
    ] = None,
    folder: Annotated[Path | None, typer.Option("--out", help="Folder to write to, made if it is not there.")] = None,
    figure: Annotated[
        str | None, typer.Option(help="Print the events of one figure, such as 4.known.images, as JSON lines.")
    ] = None,
) -> None:
    """Compile the yearly return from the events, in the standard form; each figure opens to its events.

    Without --out one format goes to standard output, and without --format a table for reading.
    """
    wanted = [f.strip() for f in formats.split(",")] if formats else []
    if unknown := [f for f in wanted if f not in FORMATS]:
        fail(f"--format is {' or '.join(FORMATS)}, not {', '.join(unknown)}", Exit.USAGE)
    if len(wanted) > 1 and folder is None:
        fail("several formats need a folder: --out", Exit.USAGE)
    with workplace() as place:
        compiled = place.yearly_return(year)
        for caveat in compiled.caveats:
            err.print(f"note: {caveat}", markup=False)
        if figure is not None:
            _print_events(place, compiled, figure)
        elif folder is not None:
            try:
                for path in write_return(place, compiled, folder, wanted or list(FORMATS)):
                    out.print(f"wrote {path}", markup=False)
            except OSError as error:
                fail(f"--out {folder}: {error.strerror}", Exit.USAGE)
        elif wanted == ["json"]:
            sys.stdout.write(json.dumps(as_json(compiled), ensure_ascii=False, indent=1) + "\n")
        elif wanted == ["html"]:
            sys.stdout.write(_page(compiled))
        else:
            _print_table(compiled)


def write_return(place: Workplace, compiled: YearlyReturn, folder: Path, formats: list[str]) -> list[Path]:
    """Write `return.json`, `return.html` and a page for each figure that has events; return the two main files."""
    from tutela.statistics.provider_return.writing import figure_body, file_name, page

    written: list[Path] = []
    folder.mkdir(parents=True, exist_ok=True)
    if "json" in formats:
        path = folder / "return.json"
        path.write_text(json.dumps(as_json(compiled), ensure_ascii=False, indent=1) + "\n", "utf-8")
        written.append(path)
    if "html" in formats:
        figures = folder / "figures"
        figures.mkdir(exist_ok=True)
        with place.transactions.reading() as log:
            for one in compiled.figures:
                if one.events:
                    body = figure_body(compiled, one, log.by_sequence(one.events), "../return.html")
                    (figures / file_name(one.id)).write_text(page(f"{one.id}, {compiled.year}", body), "utf-8")
        path = folder / "return.html"
        path.write_text(_page(compiled), "utf-8")
        written.append(path)
    return written


def _page(compiled: YearlyReturn) -> str:
    from tutela.statistics.provider_return.writing import file_name, page, return_body

    body = return_body(compiled, lambda figure_id: f"figures/{file_name(figure_id)}")
    return page(f"Yearly return {compiled.year}", body)


def _print_events(place: Workplace, compiled: YearlyReturn, figure_id: str) -> None:
    try:
        figure = compiled.figure(figure_id)
    except KeyError:
        fail(f"the return has no figure {figure_id!r} (tutela return --year {compiled.year} lists them)", Exit.USAGE)
    with place.transactions.reading() as log:
        for event in log.by_sequence(figure.events):
            print_json({
                "sequence": event.sequence, "type": event.type, "subject": event.subject, "actor": event.actor,
                "occurred_at": event.occurred_at.isoformat(), "data": event.payload.model_dump(mode="json"),
            })  # fmt: skip


def _print_table(compiled: YearlyReturn) -> None:
    table = Table("figure", "value", "unit", "events", box=None, pad_edge=False, header_style="bold")
    table.columns[1].justify = table.columns[3].justify = "right"
    for one in compiled.figures:
        if one.section in (1, 4, 5, 6):
            table.add_row(one.id, shown(one), one.unit, f"{len(one.events):,}" if one.events else "")
    out.print(f"Yearly return {compiled.year}, sections 1, 4, 5 and 6 (--format html --out DIR writes all of it)")
    out.print(table)
