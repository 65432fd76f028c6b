"""`tutela authority`: the register of a national authority, and what it counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from tutela.access.roles import NotAllowed
from tutela.cli.authority_record import app as record_app
from tutela.cli.exits import Exit
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.events.catalogue.authority import Grade, ProviderType, StatementWithdrawn
from tutela.statistics.authority.cohorts import Cohorts
from tutela.statistics.authority.differences import Change, differences, how
from tutela.statistics.authority.figures import extract
from tutela.statistics.authority.intake import csv_reports, csv_statements, cybertipline
from tutela.statistics.authority.intake.incoming import MOST_BYTES, Incoming, RefusedFile
from tutela.statistics.authority.period import days
from tutela.statistics.authority.publishing.as_json import change_as_json, cohort_as_json, figure_as_json
from tutela.statistics.authority.register import Register
from tutela.statistics.authority.rules import BadStatement
from tutela.statistics.union.period import Period
from tutela.storage.authority.desk import AlreadyReceived

app = typer.Typer(help="The register of a national authority (Article 8).", no_args_is_help=True)
app.add_typer(record_app, name="record")
DAY = ["%Y-%m-%d"]
As = Annotated[str, typer.Option("--as", help="Who states it; a registrar.")]
Json = Annotated[bool, typer.Option("--json", help="JSON lines.")]
File = Annotated[Path, typer.Argument(metavar="FILE", exists=True)]
Year = Annotated[int | None, typer.Option(min=1990, max=2200, help="A calendar year.")]
Since = Annotated[datetime | None, typer.Option("--from", formats=DAY, help="First day, in place of a year.")]
Until = Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last day.")]
AsOf = Annotated[
    datetime | None, typer.Option(formats=DAY, help="As the register stood at the end of that day; today if not given.")
]
_SHOWN = 5


@app.command()
def receive(
    file: File,
    person: As,
    form: Annotated[
        Literal["csv", "cybertipline", "package"] | None,
        typer.Option(help="What the file is; guessed by its name if not given."),
    ] = None,
    received: Annotated[
        datetime | None, typer.Option(formats=DAY, help="The day on which it came; a CSV says so itself.")
    ] = None,
    grade: Annotated[Grade, typer.Option(help="How the reports of a CyberTipline export are marked.")] = "not_stated",
    provider_type: Annotated[
        ProviderType | None, typer.Option(help="Type of provider of a whole CyberTipline export.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The secret file that a package is encrypted to.")
    ] = None,
    signers: Annotated[
        list[str] | None, typer.Option("--signer", help="A public key that may have signed a package.")
    ] = None,
) -> None:
    """Take reports in: a CSV, an export of the CyberTipline (XML, JSON), a package, or the folder of an opened one.

    All reports of a file or none. The same file a second time is refused.
    """
    form = form or _guessed(file)
    if form != "csv" and received is None:
        fail("--received DAY: the file does not say when it came", Exit.USAGE)
    on = received.date() if received else None
    with workplace() as place, _refusals(file):
        if form == "package":
            from tutela.cli.authority_package import incoming_of

            assert on is not None  # noqa: S101 - asked above
            incoming, origin = incoming_of(file, key, signers or [], on)
        else:
            content = _content(file)
            origin = hashlib.sha256(content).hexdigest()
            if form == "csv":
                incoming = csv_reports.reports(content)
            else:
                assert on is not None  # noqa: S101 - asked above
                incoming = cybertipline.reports(content, cybertipline.Circumstances(on, grade, provider_type))
        done = place.authority.receive(place.person(person), incoming, origin)
    again = f"; {done.numbers_again} bear a number that was there before" if done.numbers_again else ""
    out.print(f"recorded {done.reports} reports{again}")
    if form != "csv" and _unmarked(incoming):
        err.print("note: the reports are marked neither actionable nor informational (--grade)")


@app.command()
def load(
    form: Annotated[Literal["investigations", "victims", "convictions"], typer.Argument(metavar="FORM")],
    file: File,
    person: As,
) -> None:
    """Load investigations, victims or convictions from a CSV: all rows or none."""
    with workplace() as place, _refusals(file):
        rows = csv_statements.rows(form, _content(file), place.authority.marks)
        count = place.authority.load(place.person(person), rows)
    out.print(f"recorded {count} statements of {len(rows)} rows")


@app.command()
def withdraw(
    statement: Annotated[str, typer.Argument(metavar="STATEMENT", help="As `tutela authority show` lists it.")],
    person: As,
    reason: Annotated[
        Literal["entered_by_mistake", "entered_twice", "not_of_this_register"], typer.Option()
    ] = "entered_by_mistake",
) -> None:
    """Withdraw a statement that was wrong and that nothing takes the place of; both stay on record."""
    with workplace() as place, _refusals():
        register = place.authority
        subject = register.subject_of(statement)
        register.state(place.person(person), subject, StatementWithdrawn(statement=statement, reason=reason))
    out.print(f"withdrawn: {statement}, about {subject}", markup=False)


@app.command()
def show(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="investigation:K-1, or the number of a report.")],
    as_json: Json = False,
) -> None:
    """Show every statement about something, who made it and when, and whether it stands."""
    with workplace() as place, _refusals():
        found = place.authority.about(subject)
    if as_json:
        for one, stands in found:
            print_json({
                "statement": one.id, "subject": one.subject, "type": one.said.TYPE, "author": one.author,
                "recorded_at": one.recorded_at.isoformat(), "stands": stands, **one.said.model_dump(mode="json"),
            })  # fmt: skip
        return
    table = Table("statement", "about", "says", "of", "recorded (UTC)", "by", "stands", box=None, pad_edge=False)
    for one, stands in found:
        says = ", ".join(
            f"{name} {_plain(value)}"
            for name, value in one.said.model_dump(mode="json").items()
            if value not in (None, [], "") and name not in {"on", "origin", "row"}
        )
        table.add_row(*cells(
            one.id, one.subject, f"{one.said.TYPE.partition('.')[2]}: {says}", str(one.on or ""),
            f"{one.recorded_at:%Y-%m-%d %H:%M}", one.author, "yes" if stands else "no",
        ))  # fmt: skip
    out.print(table)


@app.command()
def figures(
    year: Year = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    units: Annotated[str | None, typer.Option("--of", help="List what one figure counts, such as cases.")] = None,
    as_json: Json = False,
) -> None:
    """Count a period, as the register stood on a day; nothing that was not kept is told as zero."""
    period = period_of(year, since, until)
    with workplace() as place:
        found = extract(place.authority.statements(), period, as_of.date() if as_of else place.clock().date())
    if units is not None:
        if units not in found.by_id:
            fail(f"--of is one of {', '.join(found.by_id)}, not {units}", Exit.USAGE)
        one = found.by_id[units]
        for name, sure in [*((u, True) for u in one.units), *((u, False) for u in one.maybe)]:
            rests = {**one.units, **one.maybe}[name]
            print_json({"unit": name, "counts": "surely" if sure else "perhaps", "rests_on": list(rests)})
        return
    if as_json:
        for one in found.figures:
            print_json({"as_of": str(found.as_of), "period": str(period), **figure_as_json(one)})
        return
    from tutela.statistics.authority.wording import wording

    words = wording("en")
    table = Table("figure", "unit", "value", "", box=None, pad_edge=False)
    for one in found.figures:
        table.add_row(*cells(one.id, one.unit.value, told(one.value), words.remark(one)))
    out.print(table)


@app.command("differences")
def explain_differences(
    first: Annotated[datetime, typer.Option(formats=DAY, help="The day of the first extraction.")],
    second: Annotated[datetime, typer.Option(formats=DAY, help="The day of the second.")],
    year: Year = None,
    since: Since = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Explain why a period's figures differ between two days: what came, what went, by which statements."""
    period = period_of(year, since, until)
    try:
        with workplace() as place:
            found = differences(place.authority.statements(), period, first.date(), second.date())
    except ValueError as error:
        fail(f"--first, --second: {error}", Exit.USAGE)
    if as_json:
        for one in found:
            print_json({
                "id": one.id, "before": figure_as_json(one.before), "after": figure_as_json(one.after),
                "came": [change_as_json(c) for c in one.came], "went": [change_as_json(c) for c in one.went],
                "declared": [s.id for s in one.declared],
            })  # fmt: skip
        return
    if not found:
        out.print("every figure is the same on both days")
    for one in found:
        out.print(f"{one.id}: {told(one.before.value)} -> {told(one.after.value)}", markup=False)
        for sign, changes in (("+", one.came), ("-", one.went)):
            for change in changes[:_SHOWN]:
                out.print(f"  {sign} {change.unit}: {_causes(change)}", markup=False)
            if len(changes) > _SHOWN:
                out.print(f"  {sign} and {len(changes) - _SHOWN} more (--json lists all)", markup=False)
        for declared in one.declared:
            out.print(f"  declared on {declared.known_on} what is kept ({declared.id})", markup=False)


@app.command()
def cohorts(
    year: Year = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show what came of the reports of a year so far: investigations, convictions, how long they took, what is open."""
    with workplace() as place:
        register = Register(place.authority.statements(), as_of.date() if as_of else place.clock().date())
    found = Cohorts(register)
    rows = [found.of_year(one) for one in (found.years if year is None else [year])]
    if as_json:
        for row in rows:
            print_json({"as_of": str(register.as_of), **cohort_as_json(row)})
        print_json({"as_of": str(register.as_of), "convictions_of_no_report": len(found.of_no_report)})
        return
    table = Table("", *(str(row.year) for row in rows), box=None, pad_edge=False)
    shown = [cohort_as_json(row) for row in rows]
    for name in shown[0] if shown else ():
        if name != "year":
            table.add_row(*cells(name.replace("_", " "), *(_plain(one[name]) for one in shown)))
    out.print(table)
    out.print(f"convictions of no report in the register: {len(found.of_no_report)}")


def period_of(year: int | None, since: datetime | None, until: datetime | None) -> Period:
    """Return the period that was asked for; ends the command where there is none or two."""
    if (year is None) == (since is None) or (since is None) != (until is None):
        fail("name a period: --year, or --from and --to", Exit.USAGE)
    if year is not None:
        return Period.of_year(year)
    assert since is not None  # noqa: S101 - asked above
    assert until is not None  # noqa: S101
    try:
        return days(since.date(), until.date())
    except ValueError as error:
        fail(f"--from, --to: {error}", Exit.USAGE)


def told(value: Any) -> str:
    """Return a value as a line of the terminal tells it."""
    from tutela.statistics.union.amount import Amount

    if not isinstance(value, Amount):
        return str(value.status.value).replace("_", " ")
    if value.high is None:
        return f"at least {value.low}"
    return f"{value.low}" if value.low == value.high else f"{value.low} to {value.high}"


def _causes(change: Change) -> str:
    return "; ".join(
        f"{how(c)} {c.known_on} by {c.author} ({c.said.TYPE.partition('.')[2]}{f' of {c.on}' if c.on else ''}, {c.id})"
        for c in change.causes
    )


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_plain(v)}" for k, v in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(_plain(v) for v in value) or "none"
    if isinstance(value, float):
        return f"{value:.3f}"
    return "not known" if value is None else str(value)


def _guessed(file: Path) -> Literal["csv", "cybertipline", "package"]:
    ending = file.suffix.lower()
    if file.is_dir() or ending == ".tutela":
        return "package"
    if ending == ".csv":
        return "csv"
    if ending not in {".xml", ".json"}:
        fail(f"{file}: say by --form what it is", Exit.USAGE)
    return "cybertipline"


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            fail(f"{file} has more than {MOST_BYTES} bytes: split it", Exit.USAGE)
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}", Exit.USAGE)


def _unmarked(incoming: tuple[Incoming, ...]) -> bool:
    return any(one.grade == "not_stated" and one.source == "ncmec" for one in incoming)


@contextmanager
def _refusals(file: Path | None = None) -> Iterator[None]:
    try:
        yield
    except RefusedFile as error:
        fail(f"{file}: nothing of it was recorded\n{error}", Exit.USAGE)
    except AlreadyReceived as error:
        fail(f"{file}: {error}; nothing was recorded")
    except (BadStatement, NotAllowed, LookupError) as error:
        fail(str(error))
