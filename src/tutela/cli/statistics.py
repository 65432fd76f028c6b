"""`tutela statistics`: what others report on the Union, compiled, and what does not add up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import fail, out

app = typer.Typer(help="Statistics of providers, Member States and the Union.", no_args_is_help=True)


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
        followed = f"not followed: {one.refused}" if one.refused else "both are kept"
        out.print(f"{one.place}: {one.arithmetic} ({followed}; rule: {one.rule})", markup=False)
    cells = len({(e.table, e.row, e.column) for e in data.errata})
    out.print(f"wrote {path}: {len(data.observations)} observations; {cells} cells are printed otherwise", markup=False)
    if any(one.rule == "unresolved" for one in data.disagreements):
        raise typer.Exit(int(Exit.PARTLY))


def _text(path: Path, most: int) -> str:
    try:
        if path.stat().st_size > 4 * most:
            fail(f"{path} has {path.stat().st_size} bytes: the report as text has less than {4 * most}", Exit.USAGE)
        return path.read_text("utf-8")
    except OSError as error:
        fail(f"{path}: {error.strerror}", Exit.USAGE)
    except UnicodeDecodeError:
        fail(f"{path} is no text in UTF-8; give the report as text, not as PDF", Exit.USAGE)
