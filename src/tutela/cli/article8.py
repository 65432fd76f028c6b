"""`tutela statistics article8`: the submission of a Member State, from the register of its authority."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import fail, out

DAY = ["%Y-%m-%d"]


def article8(
    state: Annotated[str, typer.Option(help="The Member State, two letters of ISO 3166 such as SE (Greece: GR).")],
    folder: Annotated[Path, typer.Option("--out", help="Folder to write to, made if it is not there.")],
    year: Annotated[int | None, typer.Option(min=1990, max=2200, help="A calendar year.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="First day, in place of a year.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last day.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=DAY, help="As the register stood at the end of that day; else today.")
    ] = None,
    language: Annotated[str, typer.Option("--lang", help="The language: en or sv.")] = "en",
    formats: Annotated[
        str, typer.Option("--format", help="pdf, xlsx, csv, json, sdmx, or several with commas.")
    ] = "pdf,xlsx,csv,json,sdmx",
) -> None:
    """Make the statistics under Article 8 from the register (`tutela authority`), with the caveats that it shows."""
    from tutela.cli.authority import period_of
    from tutela.cli.place import workplace
    from tutela.statistics.authority.publishing.folder import FORMATS, files_of
    from tutela.statistics.authority.submission import submission
    from tutela.statistics.union.words import languages

    wanted = [name.strip() for name in formats.split(",")]
    if unknown := [name for name in wanted if name not in FORMATS]:
        fail(f"--format is {', '.join(FORMATS)}, not {', '.join(unknown)}", Exit.USAGE)
    if language not in languages():
        fail(f"--lang is {' or '.join(languages())}, not {language}", Exit.USAGE)
    period = period_of(year, since, until)
    with workplace() as place:
        now = place.clock()
        try:
            made = submission(place.authority.statements(), state, period, as_of.date() if as_of else now.date(), now)
        except ValueError as error:
            fail(f"--state: {error}", Exit.USAGE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files_of(made, language, wanted).items():
            (folder / name).write_bytes(content)
            out.print(f"wrote {folder / name}", markup=False)
    except OSError as error:
        fail(f"--out {folder}: {error.strerror}", Exit.USAGE)
    out.print(f"{len(made.extraction.figures)} figures, {len(made.caveats)} caveats")
