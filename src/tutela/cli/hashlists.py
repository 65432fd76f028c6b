"""`tutela hashlist`: lists of fingerprints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.table import Table

from tutela.cli.exits import Exit
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.detection.hashlists.hashlist import HashList, UnknownEntry, UnknownList
from tutela.detection.hashlists.reading import Format, ReadEntries, UnreadableFile, guess_format, read_entries
from tutela.detection.hashlists.writing import write_entries
from tutela.storage.hash_lists import AlreadyThere

app = typer.Typer(help="Lists of fingerprints.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The list's name.", metavar="LIST")]
SHOWN_ROWS = 20


@app.command()
def create(
    name: Name,
    owner: Annotated[str, typer.Option(help="Who is responsible for the list.")],
    source: Annotated[str, typer.Option(help="Where the entries come from.")],
    jurisdiction: Annotated[str, typer.Option(help="Whose law the classification follows.")],
    classification: Annotated[str | None, typer.Option(help="Class of entries that name none.")] = None,
) -> None:
    """Create an empty, enabled list."""
    with workplace() as place:
        try:
            place.lists.create(HashList(name, owner, source, jurisdiction, classification))
        except AlreadyThere as error:
            fail(str(error))
        except ValueError as error:
            fail(str(error), Exit.USAGE)
    out.print(f"created the list {name}")


@app.command("import")
def import_entries(
    name: Name,
    file: Annotated[Path, typer.Argument(help="A file, or - for standard input.", allow_dash=True)],
    format_: Annotated[
        Format | None, typer.Option("--format", help="How the file is written; guessed if not given.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Kind of the values that name none, such as pdq.")] = None,
    good_rows: Annotated[
        bool, typer.Option("--good-rows", help="Import the good rows even if others are bad.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Import entries: all or none, or with --good-rows what can be read. Exit code 3 if rows were refused."""
    text, label = _read(file)
    with workplace() as place:
        try:
            place.lists.get(name)
            read = read_entries(text, format_ or guess_format(label, text), place.kinds, kind)
        except UnknownList as error:
            fail(str(error))
        except UnreadableFile as error:
            fail(f"{label}: {error}", Exit.USAGE)
        if read.bad and not good_rows:
            _report_bad(label, read, as_json=as_json)
            err.print("Nothing was imported. Correct the rows, or import the others with --good-rows.")
            raise typer.Exit(int(Exit.PARTLY))
        result = place.lists.add(name, read.entries, rejected=len(read.bad))
    if as_json:
        print_json({
            "list": name, "rows": read.rows, "added": result.added, "already_there": result.already_there,
            "rejected": [{"line": b.line, "reason": b.reason} for b in read.bad],
        })  # fmt: skip
    else:
        _report_bad(label, read, as_json=False)
        out.print(
            f"{name}: {read.rows:,} rows, {result.added:,} entries added, {result.already_there:,} there already, "
            f"{result.rejected:,} rows refused"
        )
    raise typer.Exit(int(Exit.PARTLY if read.bad else Exit.DONE))


def _read(file: Path) -> tuple[str, str]:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}", Exit.USAGE)
    label = "standard input" if str(file) == "-" else str(file)
    try:
        return data.decode("utf-8-sig"), label
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fail(f"{label}: line {line} is not UTF-8", Exit.USAGE)


def _report_bad(label: str, read: ReadEntries, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {"rows": read.rows, "added": 0, "rejected": [{"line": b.line, "reason": b.reason} for b in read.bad]}
        )
        return
    for bad in read.bad[:SHOWN_ROWS]:
        err.print(f"{label}:{bad.line}: {bad.reason}", markup=False)
    if len(read.bad) > SHOWN_ROWS:
        err.print(f"... and {len(read.bad) - SHOWN_ROWS:,} more bad rows (--json lists them all)")


@app.command()
def export(
    name: Name,
    file: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output if not given.")] = None,
    format_: Annotated[Format, typer.Option("--format")] = Format.CSV,
) -> None:
    """Write a list's entries, in a form that import reads."""
    with workplace() as place:
        try:
            place.lists.get(name)
            lines = write_entries(place.lists.entries([name], enabled_only=False), format_)
            if file is None:
                for line in lines:
                    sys.stdout.write(line)
            else:
                with file.open("w", encoding="utf-8", newline="") as stream:
                    stream.writelines(lines)
        except UnknownList as error:
            fail(str(error))
        except OSError as error:
            fail(f"{file}: {error.strerror}")


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(metavar="[LIST]", help="One list with its entries' counts.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show the lists: owner, source, jurisdiction, entries by kind."""
    with workplace() as place:
        summaries = [s for s in place.lists.summaries() if name is None or s.hashlist.id == name]
        if name is not None and not summaries:
            try:
                place.lists.get(name)
            except UnknownList as error:
                fail(str(error))
    if as_json:
        for one in summaries:
            print_json({
                "list": one.hashlist.id, "owner": one.hashlist.owner, "source": one.hashlist.source,
                "jurisdiction": one.hashlist.jurisdiction, "classification": one.hashlist.classification,
                "enabled": one.hashlist.enabled, "entries": one.entries, "enabled_entries": one.enabled_entries,
            })  # fmt: skip
        return
    if not summaries:
        out.print("There is no list yet: tutela hashlist create NAME --owner ... --source ... --jurisdiction ...")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("list", "enabled", "entries", "enabled entries", "owner", "source", "jurisdiction"):
        table.add_column(column, justify="right" if "entries" in column else "left")
    for one in summaries:
        counts = ", ".join(f"{kind} {number:,}" for kind, number in one.entries.items()) or "0"
        table.add_row(
            *cells(
                one.hashlist.id,
                "yes" if one.hashlist.enabled else "no",
                counts,
                f"{one.enabled_entries:,}",
                one.hashlist.owner,
                one.hashlist.source,
                one.hashlist.jurisdiction,
            )
        )
    out.print(table)


@app.command()
def enable(name: Name, entry: Annotated[int | None, typer.Option(help="Only this entry.")] = None) -> None:
    """Let a list, or one entry of it, match again."""
    _switch(name, entry, enabled=True)


@app.command()
def disable(name: Name, entry: Annotated[int | None, typer.Option(help="Only this entry.")] = None) -> None:
    """Keep a list, or one entry of it, from matching. Nothing is deleted."""
    _switch(name, entry, enabled=False)


def _switch(name: str, entry: int | None, *, enabled: bool) -> None:
    with workplace() as place:
        try:
            place.lists.switch(name, enabled, entry)
        except (UnknownList, UnknownEntry) as error:
            _not_found(error)
    what = name if entry is None else f"entry {entry} of {name}"
    out.print(f"{what} is {'enabled' if enabled else 'disabled'}")


def _not_found(error: LookupError) -> NoReturn:
    fail(str(error))
