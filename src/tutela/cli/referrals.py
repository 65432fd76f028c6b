"""`tutela referral`: reports to authorities."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, cast, get_args

import typer
from rich.table import Table

from tutela.access.roles import NotAllowed, Permission
from tutela.cli.exits import Exit
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.events.catalogue.referral import RetractReason, RetryReason
from tutela.events.envelope import SYSTEM
from tutela.referral.cybertipline.actionable import MEANINGS, Lack, lacks
from tutela.referral.cybertipline.building import build_file_details, build_report
from tutela.referral.feedback import KINDS, BadFeedback, Word
from tutela.referral.material import NothingToTell
from tutela.referral.recipient import RecipientError
from tutela.referral.states import ReferralState
from tutela.referral.times import Span
from tutela.statistics.figure import Rate
from tutela.statistics.redress.selection import Period
from tutela.storage.casework.case_reader import CaseReader, ReferralRow
from tutela.storage.settings import BadSettings
from tutela.storage.workplace import Workplace

app = typer.Typer(help="Reports to authorities.", no_args_is_help=True)
RETRIES: tuple[str, ...] = get_args(RetryReason)
RETRACTIONS: tuple[str, ...] = get_args(RetractReason)


@app.command("list")
def list_referrals(
    state: Annotated[
        ReferralState | None, typer.Option(help="Of this state alone; stopped ones are dead letters.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List reports with their receipts and failures."""
    with workplace() as place:
        rows = CaseReader(place.database).referrals(None if state is None else state.value)
        say_what_waits(place)
    if as_json:
        for row in rows:
            print_json(row.as_dict())
        return
    table = Table(
        "referral", "recipient", "target", "state", "report", "failures", "last error", box=None, pad_edge=False
    )
    for row in rows:
        table.add_row(
            *cells(
                row.id,
                row.recipient,
                row.target or "-",
                row.state,
                row.report_id or "-",
                str(row.failures),
                row.last_error or "",
            )
        )
    out.print(table)


@app.command()
def show(
    referral: Annotated[str, typer.Argument(metavar="REFERRAL")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show one report, and what it lacks for its recipient to act on it, as long as it is not sent.

    The evidence is read for it, which goes on record.
    """
    with workplace() as place:
        try:
            row = CaseReader(place.database).referral(referral)
        except LookupError as error:
            fail(f"{error}: tutela referral list")
        missing = _lacks(place, row) if ReferralState(row.state).pending else None
        told = place.feedback.of_reports([referral]).get(referral, [])
        if missing is not None:
            say_what_waits(place, [row.recipient])
    if as_json:
        lacking = None if missing is None else [lack.value for lack in missing]
        print_json({**row.as_dict(), "lacks": lacking, "feedback": [one.as_dict() for one in told]})
        return
    for name, value in row.as_dict().items():
        out.print(f"{name:12}  {'-' if value is None else value}", markup=False)
    for lack in missing or ():
        out.print(f"{'lacks':12}  {MEANINGS[lack]}", markup=False)
    for one in told:
        place_ = f" ({one.jurisdiction})" if one.jurisdiction else ""
        said = f"{one.said or 'taken back'}{place_}, {len(one.items)} of its items, {one.said_on}"
        out.print(f"{'feedback':12}  {said}, {one.reference or 'no reference'}, entered by {one.author}", markup=False)


@app.command()
def answered(
    referral: Annotated[str, typer.Argument(metavar="REFERRAL")],
    said: Annotated[str, typer.Argument(metavar="WHAT", help=f"{', '.join(KINDS)}, or taken_back.")],
    person: Annotated[str, typer.Option("--as", help="Who enters it.")],
    items: Annotated[list[str] | None, typer.Option("--item", help="About this item; all if none is named.")] = None,
    reference: Annotated[str, typer.Option(help="The recipient's own; no name of a person.")] = "",
    place_: Annotated[str, typer.Option("--in", help="Where it is not illegal, two letters such as US.")] = "",
    said_on: Annotated[str, typer.Option("--on", help="The day on which it was said; today if not given.")] = "",
) -> None:
    """Enter what the recipient of a filed report said of it."""
    kind = next((one for one in KINDS if one == said), None)
    if kind is None and said != "taken_back":
        fail(f"{said!r}: one of {', '.join(KINDS)}, taken_back", Exit.USAGE)
    word = Word(kind, tuple(items or ()), reference, place_.upper() or None, _day(said_on, "--on") if said_on else None)
    with workplace() as place:
        try:
            place.feedback.record(place.person(person), referral, word, "command")
        except (LookupError, NotAllowed, BadFeedback) as error:
            fail(str(error))
    out.print("recorded")


@app.command()
def feedback(
    first: Annotated[str, typer.Option("--from", help="The first day of filing, as 2025-01-01.")],
    last: Annotated[str, typer.Option("--to", help="The last day.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print what recipients said of the reports filed in a period: by recipient, technology, list and entry.

    Shares are of the items with feedback, with 95 % bounds; the others are unknown. "Not illegal there" is no error.
    """
    try:
        period = Period(_day(first, "--from"), _day(last, "--to"))
    except ValueError as error:
        fail(str(error), Exit.USAGE)
    with workplace() as place:
        found = place.feedback_figures(period)
    if as_json:
        print_json(found.as_dict())
        return
    table = Table("by", "part", "reports", "items", "unknown", *(kind.replace("_", " ") for kind in KINDS), box=None,
                  pad_edge=False)  # fmt: skip
    for row in found.rows:
        shares = [f"{row.counts[kind]}{_bounds(row.shares[kind])}" for kind in KINDS]
        table.add_row(*cells(row.by, row.part, str(row.reports), str(row.items), str(row.unknown), *shares))
    out.print(table)


def _bounds(rate: Rate | None) -> str:
    return "" if rate is None else f" ({rate.low:.1%} to {rate.high:.1%})"


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{option} is a day such as 2026-05-01, not {text!r}", Exit.USAGE)


def say_what_waits(place: Workplace, recipients: Iterable[str] | None = None) -> None:
    """Say which productions are closed, and how much waits for each; of some recipients if asked."""
    wanted: Any = None if recipients is None else set(recipients)
    for one in place.production.standings():
        name = one.endpoint.recipient
        if one.is_open or (wanted is not None and name not in wanted):
            continue
        why = "its configuration was changed" if one.changed else "somebody stopped it" if one.closed_at else ""
        err.print(
            f"{name}: nothing goes to production ({one.endpoint.place}){': ' + why if why else ''}; {one.waiting} "
            "wait. Two people must want it: in the console, under Reports",
            markup=False,
        )


def _lacks(place: Workplace, row: ReferralRow) -> tuple[Lack, ...] | None:
    if row.recipient != "cybertipline":
        return None
    try:
        material = place.report_material(row.id)
    except NothingToTell as nothing:
        err.print(f"nothing is left to tell: {nothing}", markup=False)
        return None
    except (RecipientError, BadSettings) as error:
        err.print(f"what it says cannot be told: {error}", markup=False)
        return None
    # The service names reports and files once it has them; what is missing does not rest on their names.
    files = [build_file_details(1, file.item, file) for file in material.items]
    return lacks(build_report(material), files)


@app.command()
def dispatch() -> None:
    """Send every report that is due, urgent ones first. Exit code 3 if one failed, or a recipient cannot be used."""
    partly, idle = False, True
    with workplace() as place:
        say_what_waits(place)
        dispatcher = place.dispatcher()
        while (one := dispatcher.run_one()) is not None:
            partly, idle = partly or one.result != "filed", False
            out.print(f"{one.referral}  {one.result:9}  {one.report_id or '-':12}  {one.detail}", markup=False)
        refusing, unusable = place.reports.standing().refusing, place.unusable_recipients()
    for name in refusing:
        err.print(
            f"{name} refuses every report, and all of them wait: mend what `tutela referral list --state stopped` "
            "says, then retry that one",
            markup=False,
        )
    for name, why in unusable:
        err.print(f"{name} cannot be used, and its reports wait: {why}", markup=False)
    if idle:
        err.print("nothing is due; a failed report waits before it is tried again (tutela referral list, retry)")
    raise typer.Exit(int(Exit.PARTLY if partly or refusing or unusable else Exit.DONE))


@app.command()
def retry(
    referral: Annotated[str, typer.Argument(metavar="REFERRAL")],
    person: Annotated[str | None, typer.Option("--as", help="Who does it; else it is on record as the system.")] = None,
    reason: Annotated[str, typer.Option(help=", ".join(RETRIES))] = "unclear",
) -> None:
    """Let the dispatcher try a failed or stopped report again now."""
    if reason not in RETRIES:
        fail(f"--reason is one of {', '.join(RETRIES)}, not {reason!r}", Exit.USAGE)
    with workplace() as place:
        try:
            who = SYSTEM if person is None else _allowed(place, person, Permission.RETRY_REFERRAL)
            place.reports.retry(referral, who, cast(RetryReason, reason))
        except (LookupError, NotAllowed) as error:
            fail(str(error))
    out.print("it is due now: tutela referral dispatch")


@app.command()
def retract(
    referral: Annotated[str, typer.Argument(metavar="REFERRAL")],
    person: Annotated[str, typer.Option("--as", help="Who gives it up.")],
    reason: Annotated[str, typer.Option(help=", ".join(RETRACTIONS))],
) -> None:
    """Give a failed or stopped report up. What its recipient may hold of it is withdrawn."""
    if reason not in RETRACTIONS:
        fail(f"--reason is one of {', '.join(RETRACTIONS)}, not {reason!r}", Exit.USAGE)
    with workplace() as place:
        try:
            who = _allowed(place, person, Permission.RETRACT_REFERRAL)
            place.reports.retract(referral, who, cast(RetractReason, reason))
        except (LookupError, NotAllowed) as error:
            fail(str(error))
    out.print("it is given up; `tutela referral dispatch` or the server withdraws what its recipient holds")


@app.command("times")
def show_times(
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day (UTC).")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day (UTC).")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show how long reports take from the decision to the receipt, by recipient, for the days of their order.

    Seconds. A report that waits counts with its age: a figure that it can change is a range, without an end where it
    is not known yet. Exit code 3 if a report is overdue.
    """
    with workplace() as place:
        today = datetime.combine(place.clock().date(), time(), UTC)
        start = (first or today - timedelta(days=29)).replace(tzinfo=UTC)
        end = (last or today).replace(tzinfo=UTC) + timedelta(days=1)
        if start >= end:
            fail("--from lies behind --to", Exit.USAGE)
        rows, standing = place.reports.times(start, end), place.reports.standing()
        hours = place.settings.reports.overdue_hours
    if as_json:
        print_json({
            "from": start.date().isoformat(), "to": (end - timedelta(days=1)).date().isoformat(),
            "overdue_hours": hours, "overdue_now": standing.overdue, "recipients": [row.as_dict() for row in rows],
        })  # fmt: skip
    else:
        table = Table(
            "recipient", "ordered", "filed", "open", "not sent", "median", "95 %", "longest", f"over {hours} h",
            box=None, pad_edge=False,
        )  # fmt: skip
        for row in rows:
            spans = [_span(span) for span in (row.p50, row.p95, row.longest)]
            numbers = (row.ordered, row.filed, row.open, row.not_sent)
            table.add_row(*cells(row.recipient, *map(str, numbers), *spans, str(row.late + row.overdue)))
        out.print(table if rows else "no report was ordered on these days")
    if standing.overdue:
        err.print(f"{standing.overdue} reports wait longer than {hours} hours: tutela referral list")
    raise typer.Exit(int(Exit.PARTLY if standing.overdue else Exit.DONE))


def _span(span: Span | None) -> str:
    if span is None:
        return "-"
    if span.high is None:
        return f"over {_lasted(span.low)}"
    return _lasted(span.low) if span.low == span.high else f"{_lasted(span.low)} to {_lasted(span.high)}"


def _lasted(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _allowed(place: Workplace, person: str, permission: Permission) -> str:
    who = place.person(person)
    who.require(permission)
    return who.id
