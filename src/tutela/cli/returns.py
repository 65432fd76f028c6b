"""`tutela return`: the provider's statutory yearly return."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from rich.table import Table

from tutela.access.roles import NotAllowed
from tutela.casework.case import NotPossible
from tutela.cli.exits import Exit
from tutela.cli.output import err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.events.catalogue.returns import ReturnCause
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.versions import changes
from tutela.statistics.provider_return.wording import as_json
from tutela.statistics.provider_return.words import ENGLISH, Words, languages, words
from tutela.storage.workplace import Workplace

FORMATS = ("json", "html", "csv", "xlsx", "pdf")
_WITHOUT_EXTRA = ("json", "html")
_TOGETHER = 10_000


def yearly_return(
    year: Annotated[int, typer.Option(min=2021, max=2100, help="The calendar year.")],
    language: Annotated[str, typer.Option("--lang", help="The language: en or sv.")] = ENGLISH,
    formats: Annotated[
        str | None, typer.Option("--format", help="json, html, csv, xlsx, pdf, or several with commas between them.")
    ] = None,
    folder: Annotated[Path | None, typer.Option("--out", help="Folder to write to, made if it is not there.")] = None,
    events: Annotated[
        bool, typer.Option("--events", help="Write the numbers of the events of each figure into the JSON too.")
    ] = False,
    figure: Annotated[
        str | None, typer.Option(help="Print the events of one figure, such as 4.known.images, as JSON lines.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Print what to look at before it is published.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep it as the next version. Needs --as.")] = False,
    cause: Annotated[
        str | None, typer.Option(help="Of a correction: later_events, mistake, authority_asked, records_changed.")
    ] = None,
    person: Annotated[str | None, typer.Option("--as", help="Who keeps it.")] = None,
    versions: Annotated[
        bool, typer.Option("--versions", help="Print the versions, each with what it changed.")
    ] = False,
    version: Annotated[int | None, typer.Option(min=1, help="Make a version that was kept again.")] = None,
) -> None:
    """Compile the yearly return from the events, in the standard form; each figure opens to its events.

    Without --out one format goes to standard output, and without --format a table for reading.
    """
    wanted = [f.strip() for f in formats.split(",")] if formats else []
    if unknown := [f for f in wanted if f not in FORMATS]:
        fail(f"--format is {', '.join(FORMATS)}, not {', '.join(unknown)}", Exit.USAGE)
    if folder is None and (len(wanted) > 1 or {"pdf", "xlsx"} & set(wanted)):
        fail("several formats, PDF and XLSX need a folder: --out", Exit.USAGE)
    if language not in languages():
        fail(f"--lang is {', '.join(languages())}, not {language!r}", Exit.USAGE)
    told = words(language)
    with workplace() as place:
        if versions:
            _print_versions(place, year)
            return
        if keep:
            _keep(place, year, person, cause)
            return
        compiled = _compiled(place, year, version)
        for caveat in compiled.caveats:
            err.print(f"note: {told.told(caveat)}", markup=False)
        if check:
            _print_checks(place, compiled)
        elif figure is not None:
            _print_events(place, compiled, figure)
        elif folder is not None:
            try:
                for path in write_return(
                    place, compiled, folder, wanted or list(_WITHOUT_EXTRA), language=language, events=events
                ):
                    out.print(f"wrote {path}", markup=False)
            except OSError as error:
                fail(f"--out {folder}: {error.strerror}", Exit.USAGE)
        elif wanted:
            sys.stdout.write(_as_text(compiled, wanted[0], told, events=events))
        else:
            _print_table(compiled, told)


def write_return(
    place: Workplace,
    compiled: YearlyReturn,
    folder: Path,
    formats: list[str],
    *,
    language: str = ENGLISH,
    events: bool = False,
) -> list[Path]:
    """Write `return.FORMAT` for each format, and for HTML a page for each figure that has events; return the former.

    A page shows the first `SHOWN` events, and says how many there are.
    """
    told = words(language)
    folder.mkdir(parents=True, exist_ok=True)
    if "html" in formats:
        _write_figures(place, compiled, folder / "figures", told)
    written = []
    for name in formats:
        path = folder / f"return.{name}"
        if name in ("pdf", "xlsx"):
            from tutela.statistics.provider_return.documents import return_as_pdf, return_as_xlsx

            path.write_bytes((return_as_pdf if name == "pdf" else return_as_xlsx)(compiled, told))
        else:
            path.write_text(_as_text(compiled, name, told, events=events), "utf-8", newline="")
        written.append(path)
    return written


def _write_figures(place: Workplace, compiled: YearlyReturn, folder: Path, told: Words) -> None:
    from tutela.statistics.provider_return.writing import SHOWN, figure_body, file_name, page

    folder.mkdir(exist_ok=True)
    with place.transactions.reading() as log:
        for one in compiled.every_figure:
            if one.events:
                found = log.by_sequence(one.events[:SHOWN])
                body = figure_body(compiled, one, found, "../return.html", words=told)
                text = page(f"{one.id}, {compiled.year}", body, told.language)
                (folder / file_name(one.id)).write_text(text, "utf-8")


def _as_text(compiled: YearlyReturn, form: str, told: Words, *, events: bool) -> str:
    if form == "json":
        return json.dumps(as_json(compiled, events=events), ensure_ascii=False, indent=1) + "\n"
    if form == "csv":
        from tutela.statistics.provider_return.documents import return_as_csv

        return return_as_csv(compiled, told)
    from tutela.statistics.provider_return.introduction import title
    from tutela.statistics.provider_return.writing import file_name, page, return_body

    body = return_body(compiled, lambda figure_id: f"figures/{file_name(figure_id)}", told)
    return page(title(compiled, told), body, told.language)


def _compiled(place: Workplace, year: int, version: int | None) -> YearlyReturn:
    if version is None:
        return place.yearly_return(year)
    try:
        return place.return_versions.again(year, version)
    except (LookupError, NotPossible) as error:
        fail(str(error))


def _keep(place: Workplace, year: int, person: str | None, cause: str | None) -> None:
    if person is None:
        fail("--keep needs --as: who keeps it goes on record", Exit.USAGE)
    if cause is not None and cause not in get_args(ReturnCause):
        fail(f"--cause is {', '.join(get_args(ReturnCause)[1:])}, not {cause!r}", Exit.USAGE)
    _print_checks(place, place.yearly_return(year))
    try:
        kept, differing = place.return_versions.keep(place.person(person), year, cast(ReturnCause | None, cause))
    except (NotAllowed, NotPossible, LookupError) as error:
        fail(str(error))
    for change in differing:
        out.print(f"changed  {change}", markup=False)
    out.print(f"kept version {kept.version} of the return of {year}: sha256 {kept.digest}", markup=False)


def _print_checks(place: Workplace, compiled: YearlyReturn) -> None:
    for one in place.publication_checks(compiled):
        which = f": {', '.join(one.figures[:8])}" if one.figures else ""
        more = f" and {len(one.figures) - 8} more" if len(one.figures) > 8 else ""
        out.print(f"{one.severity:<5} {one.message}{which}{more}", markup=False)


def _print_versions(place: Workplace, year: int) -> None:
    found = place.return_versions.all(year)
    if not found:
        out.print(f"no version of the return of {year} is kept (tutela return --year {year} --keep --as PERSON)")
    for number, one in enumerate(found):
        out.print(
            f"version {one.version}  {one.at:%Y-%m-%d %H:%M}  {one.cause}  by {one.by}  up to event {one.up_to}  "
            f"sha256 {one.digest}",
            markup=False,
        )
        for change in changes(found[number - 1].figures, one.figures) if number else []:
            out.print(f"  changed  {change}", markup=False)


def _print_events(place: Workplace, compiled: YearlyReturn, figure_id: str) -> None:
    try:
        figure = compiled.figure(figure_id)
    except KeyError:
        fail(f"the return has no figure {figure_id!r} (tutela return --year {compiled.year} lists them)", Exit.USAGE)
    with place.transactions.reading() as log:
        for start in range(0, len(figure.events), _TOGETHER):
            for event in log.by_sequence(figure.events[start : start + _TOGETHER]):
                print_json({
                    "sequence": event.sequence, "type": event.type, "subject": event.subject, "actor": event.actor,
                    "occurred_at": event.occurred_at.isoformat(), "data": event.payload.model_dump(mode="json"),
                })  # fmt: skip


def _print_table(compiled: YearlyReturn, told: Words) -> None:
    table = Table("figure", "value", "unit", "events", box=None, pad_edge=False, header_style="bold")
    table.columns[1].justify = table.columns[3].justify = "right"
    for one in compiled.every_figure:
        if one.section in (1, 4, 5, 6):
            table.add_row(one.id, told.shown(one), told.unit(one), f"{len(one.events):,}" if one.events else "")
    out.print(f"Yearly return {compiled.year}, sections 1, 4, 5 and 6 (--format html --out DIR writes all of it)")
    out.print(table)
