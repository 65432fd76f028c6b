"""`tutela statistics article8`: the submission of a Member State, from the register of its authority."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import fail, out

if TYPE_CHECKING:
    from tutela.statistics.authority.statement import Statement
    from tutela.statistics.authority.submission import Submission
    from tutela.statistics.small_counts import SmallCounts

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
    for_everybody: Annotated[
        bool,
        typer.Option(
            "--publication/--submission",
            help="What may be published, small counts suppressed; or all figures, for the Commission.",
        ),
    ] = False,
    published: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="The article8.json of an earlier publication of the period; give each there is."
        ),
    ] = None,
) -> None:
    """Make the statistics under Article 8 from the register (`tutela authority`), with the caveats that it shows."""
    from tutela.cli.authority import period_of
    from tutela.cli.place import workplace
    from tutela.statistics.authority.disclosure.publication import small_figures
    from tutela.statistics.authority.publishing.folder import FORMATS, files_of
    from tutela.statistics.authority.submission import submission
    from tutela.statistics.figure import Status
    from tutela.statistics.union.words import languages

    wanted = [name.strip() for name in formats.split(",")]
    if unknown := [name for name in wanted if name not in FORMATS]:
        fail(f"--format is {', '.join(FORMATS)}, not {', '.join(unknown)}", Exit.USAGE)
    if language not in languages():
        fail(f"--lang is {' or '.join(languages())}, not {language}", Exit.USAGE)
    period = period_of(year, since, until)
    if published and not for_everybody:
        fail("--published is for --publication", Exit.USAGE)
    with workplace() as place:
        now, rule = place.clock(), place.settings.small_counts
        statements = place.authority.statements()
        try:
            made = submission(statements, state, period, as_of.date() if as_of else now.date(), now)
        except ValueError as error:
            fail(f"--state: {error}", Exit.USAGE)
    small = small_figures(made.figures, rule)
    if for_everybody:
        made = _publication(made, rule, statements, published or [])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files_of(made, language, wanted).items():
            (folder / name).write_bytes(content)
            out.print(f"wrote {folder / name}", markup=False)
    except OSError as error:
        fail(f"--out {folder}: {error.strerror}", Exit.USAGE)
    if for_everybody:
        hidden = sum(figure.status is Status.SUPPRESSED for figure in made.figures)
        out.print(f"publication: {hidden} figures are suppressed, {len(small)} of them below {rule.below}")
    elif small:
        out.print(
            f"look  {len(small)} figures above 0 and below {rule.below} could point at a person: this is for the "
            "Commission; what may be published is made with --publication"
        )
    out.print(f"{len(made.figures)} figures, {len(made.caveats)} caveats")


def _publication(
    made: Submission, rule: SmallCounts, statements: Sequence[Statement], earlier: list[Path]
) -> Submission:
    from tutela.statistics.authority.disclosure.earlier import LARGEST_FILE, NoPublication, published
    from tutela.statistics.authority.disclosure.publication import publication

    found = []
    for path in earlier:
        try:
            with path.open("rb") as stream:
                found.append(published(stream.read(LARGEST_FILE + 1)))
        except OSError as error:
            fail(f"--published {path}: {error.strerror}", Exit.USAGE)
        except NoPublication as error:
            fail(f"--published {path}: {error}", Exit.USAGE)
    try:
        return publication(made, rule, statements, found)
    except NoPublication as error:
        fail(f"--published: {error}", Exit.USAGE)
