"""`tutela referral`: reports to authorities."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from tutela.cli.exits import Exit
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.referral.cybertipline.actionable import MEANINGS, Lack, lacks
from tutela.referral.cybertipline.building import build_file_details, build_report
from tutela.referral.material import NothingToTell
from tutela.referral.recipient import RecipientError
from tutela.referral.states import ReferralState
from tutela.storage.casework.case_reader import CaseReader, ReferralRow
from tutela.storage.settings import BadSettings
from tutela.storage.workplace import Workplace

app = typer.Typer(help="Reports to authorities.", no_args_is_help=True)


@app.command("list")
def list_referrals(
    state: Annotated[str | None, typer.Option(help="ordered, open, finishing, stopped or filed.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List reports with their receipts and failures."""
    with workplace() as place:
        rows = CaseReader(place.database).referrals(state)
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
        row = next((one for one in CaseReader(place.database).referrals() if one.id == referral), None)
        if row is None:
            fail(f"there is no report {referral}: tutela referral list")
        missing = _lacks(place, row) if ReferralState(row.state).pending else None
    if as_json:
        print_json({**row.as_dict(), "lacks": None if missing is None else [lack.value for lack in missing]})
        return
    for name, value in row.as_dict().items():
        out.print(f"{name:12}  {'-' if value is None else value}", markup=False)
    for lack in missing or ():
        out.print(f"{'lacks':12}  {MEANINGS[lack]}", markup=False)


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
    """Send every report that is due, through all its steps. Exit code 3 if one failed and will be tried again."""
    partly, idle = False, True
    with workplace() as place:
        dispatcher = place.dispatcher()
        while (one := dispatcher.run_one()) is not None:
            partly, idle = partly or one.result != "filed", False
            out.print(f"{one.referral}  {one.result:8}  {one.report_id or '-':12}  {one.detail}", markup=False)
    if idle:
        err.print("nothing is due; a failed report waits before it is tried again (tutela referral list, retry)")
    raise typer.Exit(int(Exit.PARTLY if partly else Exit.DONE))


@app.command()
def retry(referral: Annotated[str, typer.Argument(metavar="REFERRAL")]) -> None:
    """Let the dispatcher try a failed or stopped report again now."""
    with workplace() as place:
        try:
            place.retry_referral(referral, "system")
        except LookupError as error:
            fail(str(error))
    out.print("it is due now: tutela referral dispatch")
