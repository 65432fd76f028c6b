"""`tutela case`: cases, for people at a terminal and for machines. Pictures are shown by the console alone."""

from __future__ import annotations

from typing import Annotated, Any, cast

import typer
from rich.table import Table

from tutela.access.roles import NotAllowed
from tutela.casework.case import CaseState, Classification, NoSuchCase, NoSuchItem, NotPossible
from tutela.casework.review import Ground
from tutela.cli.exits import Exit
from tutela.cli.output import cells, fail, out, print_json
from tutela.cli.place import workplace
from tutela.events.catalogue.base import Verdict
from tutela.storage.casework.case_reader import CaseReader

app = typer.Typer(help="Cases.", no_args_is_help=True)


@app.command("list")
def list_cases(
    state: Annotated[CaseState | None, typer.Option()] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List cases, oldest first."""
    with workplace() as place:
        rows = CaseReader(place.database).all(state)
    if as_json:
        for row in rows:
            print_json({
                "case": row.id, "service": row.service, "state": row.state.value, "items": row.items,
                "undecided": row.undecided, "opened_at": row.opened_at.isoformat(),
            })  # fmt: skip
        return
    table = Table("case", "service", "state", "items", "undecided", "opened", box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            *cells(
                row.id,
                row.service,
                row.state.value,
                str(row.items),
                str(row.undecided),
                f"{row.opened_at:%Y-%m-%d %H:%M}",
            )
        )
    out.print(table)


@app.command()
def show(case: Annotated[str, typer.Argument(metavar="CASE")]) -> None:
    """Show a case as JSON: items, detections, decisions, actions, complaints, referrals."""
    with workplace() as place:
        try:
            found: Any = CaseReader(place.database).one(case)
        except NoSuchCase as error:
            fail(str(error))
    print_json(found.as_dict())


@app.command()
def decide(
    case: Annotated[str, typer.Argument(metavar="CASE")],
    item: Annotated[str, typer.Argument(metavar="ITEM")],
    verdict: Annotated[str, typer.Option(help="known, new or not.")],
    person: Annotated[str, typer.Option("--as", help="Who decides.")],
    classification: Annotated[Classification | None, typer.Option("--class")] = None,
    remarks: Annotated[str, typer.Option()] = "",
    ground: Annotated[str | None, typer.Option(help='Why it is "not": error or lawful_here.')] = None,
) -> None:
    """Record a decision. It stands as unseen unless that person looked at the item in the console."""
    if verdict not in ("known", "new", "not"):
        fail(f"--verdict is known, new or not, not {verdict!r}", Exit.USAGE)
    if ground not in (None, "error", "lawful_here"):
        fail(f"--ground is error or lawful_here, not {ground!r}", Exit.USAGE)
    with workplace() as place:
        try:
            decided = place.desk.decide(
                place.person(person),
                case,
                item,
                cast(Verdict, verdict),
                classification,
                remarks,
                ground=cast(Ground | None, ground),
            )
        except (NoSuchCase, NoSuchItem, NotPossible, NotAllowed, LookupError) as error:
            fail(str(error))
    out.print(f"case {case} is {decided.state.value}, {len(decided.undecided)} items undecided")
