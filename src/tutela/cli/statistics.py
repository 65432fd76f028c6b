"""`tutela statistics`: what others report on the Union, compiled, and what does not add up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tutela.cli.article8 import article8
from tutela.cli.exits import Exit
from tutela.cli.output import cells, fail, out, print_json
from tutela.cli.union_collection import app as collection
from tutela.cli.union_data import COM_2023_797, DatasetName, read_dataset, words_of
from tutela.cli.union_sums import coverage, errors, sum_

app = typer.Typer(help="Statistics of providers, Member States and the Union.", no_args_is_help=True)
app.command("article8")(article8)
app.command("sum")(sum_)
app.command()(coverage)
app.command()(errors)
app.add_typer(collection, name="collection")


@app.command("import-seed")
def import_seed(
    first: Annotated[Path, typer.Argument(metavar="EN.txt", help="COM(2023) 797 as text, in English.")],
    second: Annotated[Path, typer.Argument(metavar="SV.txt", help="The same in Swedish.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder to write the data set to, made if it is not there.")],
) -> None:
    """Read the figures of the Commission's report out of its English and its Swedish text.

    Says where the two do not tell the same, and which is followed by which rule; ends with 3 if a difference stays.
    """
    from tutela.statistics.union.dataset_file import written
    from tutela.statistics.union.findings.disagreeing import why
    from tutela.statistics.union.seed.extraction import extract
    from tutela.statistics.union.seed.raw_tables import LARGEST_TEXT, UnreadableDocument

    try:
        data = extract([_text(first, LARGEST_TEXT), _text(second, LARGEST_TEXT)])
    except UnreadableDocument as error:
        fail(f"{first} and {second}: {error}", Exit.FAILED)
    path = folder / f"{data.id}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(data))
    except OSError as error:
        fail(f"--out {folder}: {error.strerror}", Exit.USAGE)
    for one in data.disagreements:
        out.print(f"{one.place}: {why(one).told(words_of('en'))} ({one.rule})", markup=False)
    cells = len({(e.table, e.row, e.column) for e in data.errata})
    out.print(f"wrote {path}: {len(data.observations)} observations; {cells} cells are printed otherwise", markup=False)
    if any(one.rule == "unresolved" for one in data.disagreements):
        raise typer.Exit(int(Exit.PARTLY))


@app.command()
def article9(
    folder: Annotated[Path, typer.Option("--out", help="Folder to write to, made if it is not there.")],
    dataset: DatasetName = COM_2023_797,
    language: Annotated[str, typer.Option("--lang", help="The language of the tables: en or sv.")] = "en",
    formats: Annotated[
        str, typer.Option("--format", help="pdf, html, xlsx, csv, json, sdmx, or several with commas.")
    ] = "json,csv,html",
) -> None:
    """Compile the tables of the Commission's report under Article 9 from observations, with what does not add up."""
    from tutela.statistics.union.publishing.article9 import report_of
    from tutela.statistics.union.publishing.folder import FORMATS, files_of

    wanted = [name.strip() for name in formats.split(",")]
    if unknown := [name for name in wanted if name not in FORMATS]:
        fail(f"--format is {', '.join(FORMATS)}, not {', '.join(unknown)}", Exit.USAGE)
    words_of(language)
    report = report_of(read_dataset(dataset), language)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files_of(report, wanted).items():
            (folder / name).write_bytes(content)
            out.print(f"wrote {folder / name}", markup=False)
    except OSError as error:
        fail(f"--out {folder}: {error.strerror}", Exit.USAGE)
    out.print(f"{len(report.tables)} tables, {len(report.errata)} errata, {len(report.findings)} findings")


@app.command()
def findings(
    dataset: DatasetName = COM_2023_797,
    language: Annotated[str, typer.Option("--lang", help="The language of messages: en or sv.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List what does not add up in a data set: contradictions, doubts, notes."""
    from tutela.statistics.union.findings.registry import findings as found
    from tutela.statistics.union.publishing.as_json import finding_as_json

    words, data = words_of(language), read_dataset(dataset)
    if as_json:
        for one in found(data):
            print_json(finding_as_json(data, one, words))
        return
    _ = words.gettext
    heads = (_("Finding"), _("Severity"), _("Arithmetic"), _("Message"))
    table = Table(*heads, box=None, pad_edge=False, header_style="bold")
    for told in (one.told(words) for one in found(data)):
        table.add_row(*cells(told.id, told.severity, told.arithmetic, told.message))
    out.print(table)


def _text(path: Path, most: int) -> str:
    try:
        if path.stat().st_size > 4 * most:
            fail(f"{path} has {path.stat().st_size} bytes: the report as text has less than {4 * most}", Exit.USAGE)
        return path.read_text("utf-8")
    except OSError as error:
        fail(f"{path}: {error.strerror}", Exit.USAGE)
    except UnicodeDecodeError:
        fail(f"{path} is no text in UTF-8; give the report as text, not as PDF", Exit.USAGE)
