"""`tutela complaint`: complaints of users and courts, their decision, and their figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, cast

import typer
from rich.table import Table

from tutela.access.roles import NotAllowed
from tutela.casework.case import NotPossible
from tutela.casework.reasons import Reason
from tutela.casework.redress_records import CourtPaper
from tutela.cli.exits import Exit
from tutela.cli.output import cells, fail, out, print_json
from tutela.cli.place import workplace
from tutela.statistics.figure import Rate
from tutela.statistics.redress.counts import Count
from tutela.statistics.redress.rates import By
from tutela.statistics.redress.selection import Period, Users

app = typer.Typer(help="Complaints.", no_args_is_help=True)
Complaint = Annotated[str, typer.Argument(metavar="COMPLAINT")]


@app.command("list")
def list_complaints(
    decided: Annotated[bool, typer.Option("--decided", help="Those decided last, newest first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 100,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List the complaints that wait, oldest first; overdue ones are marked. One with a court waits for the court."""
    with workplace() as place:
        reader = place.redress_reader
        rows = reader.decided(limit) if decided else reader.waiting(limit)
        due = [place.settings.redress.due(row.channel, row.lodged_at) for row in rows]
        now = place.clock()
    if as_json:
        for row, until in zip(rows, due, strict=True):
            overdue = row.upheld is None and until is not None and until < now
            print_json({**row.as_dict(), "due_at": until.isoformat() if until else None, "overdue": overdue})
        return
    table = Table("complaint", "channel", "against", "lodged", "due", "state", box=None, pad_edge=False)
    for row, until in zip(rows, due, strict=True):
        waiting = "the court decides" if until is None else "overdue" if until < now else "waits"
        state = waiting if row.upheld is None else f"{'upheld' if row.upheld else 'rejected'}: {row.reason}"
        day = f"{until:%Y-%m-%d}" if until else "-"
        table.add_row(*cells(row.id, row.channel, row.action, f"{row.lodged_at:%Y-%m-%d}", day, state))
    out.print(table)


@app.command()
def show(complaint: Complaint) -> None:
    """Show a complaint as JSON. What was written is shown by the console alone, which records who read it."""
    with workplace() as place:
        try:
            row = place.redress_reader.complaint(complaint)
        except LookupError as error:
            fail(str(error))
        doubts = place.redress_reader.doubts(complaint)
        shown: dict[str, Any] = row.as_dict()
        due = place.settings.redress.due(row.channel, row.lodged_at)
        shown["due_at"] = due.isoformat() if due else None
        shown["entries_to_check"] = [{"entry": d.entry_id, "item": d.item_id, "same": d.same} for d in doubts]
    print_json(shown)


@app.command()
def lodge(
    action: Annotated[str, typer.Argument(metavar="ACTION", help="The removal, suspension or warning complained of.")],
    person: Annotated[str | None, typer.Option("--as", help="Who enters what was lodged with a court.")] = None,
    court: Annotated[str, typer.Option(help="The court; only with --as.")] = "",
    docket: Annotated[str, typer.Option(help="Its reference.")] = "",
    filed: Annotated[str, typer.Option(help="The day on which it was lodged there, as 2026-05-01.")] = "",
) -> None:
    """Enter a complaint of a user, or with --as, --court, --docket and --filed one with a court; prints its id."""
    if bool(person) != bool(court and docket and filed):
        fail("a complaint with a court needs --as, --court, --docket and --filed", Exit.USAGE)
    try:
        day = date.fromisoformat(filed) if filed else None
    except ValueError:
        fail(f"--filed is a day such as 2026-05-01, not {filed!r}", Exit.USAGE)
    with workplace() as place:
        try:
            if person and day:
                paper = CourtPaper(court=court, docket=docket, filed_on=day)
                out.print(place.redress.enter(place.person(person), action, paper))
            else:
                out.print(place.redress.lodge("system", action, via="staff"))
        except (LookupError, NotPossible, NotAllowed) as error:
            fail(str(error))


@app.command()
def decide(
    complaint: Complaint,
    person: Annotated[str, typer.Option("--as", help="Who decides; nobody who had part in the decision.")],
    reason: Annotated[Reason, typer.Option(help="It says whether the complaint is upheld.")],
    answer: Annotated[str, typer.Option(help="What the user is told besides.")] = "",
    upheld: Annotated[bool | None, typer.Option("--upheld/--rejected", help="Refused if the reason says else.")] = None,
) -> None:
    """Decide a complaint; one that is upheld undoes the action, and whatever rested on the same mistake."""
    with workplace() as place:
        try:
            result = reason.upholds if upheld is None else upheld
            place.redress.decide(place.person(person), complaint, result, reason, answer)
        except (LookupError, NotPossible, NotAllowed) as error:
            fail(str(error))
    out.print("upheld" if reason.upholds else "rejected")


@app.command()
def figures(
    first: Annotated[str, typer.Option("--from", help="The first day, as 2025-01-01.")],
    last: Annotated[str, typer.Option("--to", help="The last day.")],
    by: Annotated[str, typer.Option(help="all, service or technology.")] = "all",
    users: Annotated[str, typer.Option(help="all, or eu: accounts of EU users, as the return counts.")] = "all",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print how often what was done is undone, per complaint and per action, with 95 % bounds."""
    if by not in ("all", "service", "technology") or users not in ("all", "eu"):
        fail("--by is all, service or technology, and --users all or eu", Exit.USAGE)
    try:
        period = Period(_day(first, "--from"), _day(last, "--to"))
    except ValueError as error:
        fail(str(error), Exit.USAGE)
    with workplace() as place:
        found = place.redress_figures(period, cast(By, by), cast(Users, users))
    if as_json:
        print_json(found.as_json())
        return
    columns = ("of", "actions", "complaints", "wait", "restored", "per complaint", "per action")
    table = Table("", *columns, box=None, pad_edge=False)
    for row in found.rows:
        table.add_row(
            *cells(
                {"item": "items", "account": "accounts"}[row.unit],
                row.part or "all",
                _counted(row.actioned),
                _counted(row.lodged),
                str(row.waiting),
                _counted(row.restored),
                _rate(row.per_complaint),
                _rate(row.per_action),
            )
        )
    out.print(table)
    times = Table("", "of", "time to decision", "decided", "median", "95 %", box=None, pad_edge=False)
    for row in found.rows:
        unit = {"item": "items", "account": "accounts"}[row.unit]
        for how, took in (("by the provider", row.took), ("by courts", row.took_courts)):
            numbers = (str(took.count), _hours(took.median), _hours(took.p95)) if took else ("0", "-", "-")
            times.add_row(*cells(unit, row.part or "all", how, *numbers))
    out.print(times)


def _counted(count: Count) -> str:
    return str(count.low) if count.low == count.high else f"{count.low} to {count.high}"


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return "none: 0 of 0"
    return f"{rate.rate:.2%} ({rate.low:.2%} to {rate.high:.2%})"


def _hours(time: timedelta) -> str:
    return f"{time / timedelta(hours=1):.1f} h"


def _day(text: str, option: str) -> date:
    """Return a day; ends the command for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{option} is a day such as 2026-05-01, not {text!r}", Exit.USAGE)
