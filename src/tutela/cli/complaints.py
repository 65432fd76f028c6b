"""`tutela complaint`: complaints of users and courts, entered by staff."""

from __future__ import annotations

from typing import Annotated, Literal, cast

import typer

from tutela.access.roles import NotAllowed
from tutela.casework.case import NotPossible
from tutela.casework.redress import Reason
from tutela.cli.output import fail, out
from tutela.cli.place import workplace

app = typer.Typer(help="Complaints.", no_args_is_help=True)


@app.command()
def lodge(
    action: Annotated[str, typer.Argument(metavar="ACTION", help="The removal or suspension complained of.")],
    channel: Annotated[str, typer.Option(help="internal or judicial.")] = "internal",
) -> None:
    """Enter a complaint; prints its id."""
    if channel not in ("internal", "judicial"):
        fail(f"{channel!r}: internal or judicial")
    with workplace() as place:
        try:
            out.print(place.desk.lodge_complaint("system", action, cast(Literal["internal", "judicial"], channel)))
        except (LookupError, NotPossible) as error:
            fail(str(error))


@app.command()
def decide(
    complaint: Annotated[str, typer.Argument(metavar="COMPLAINT")],
    person: Annotated[str, typer.Option("--as", help="Who decides; not the reviewer of the case.")],
    reason: Annotated[Reason, typer.Option()],
    upheld: Annotated[bool, typer.Option("--upheld/--rejected")],
) -> None:
    """Decide a complaint; one that is upheld orders the reversal."""
    with workplace() as place:
        try:
            place.desk.decide_complaint(place.person(person), complaint, upheld, reason)
        except (LookupError, NotPossible, NotAllowed) as error:
            fail(str(error))
    out.print("decided")
