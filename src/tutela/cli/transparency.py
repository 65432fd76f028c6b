"""`tutela transparency`: statements of reasons of online platforms."""

from __future__ import annotations

from contextlib import closing

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import err, out
from tutela.cli.place import workplace

app = typer.Typer(help="Statements of reasons to the DSA Transparency Database.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep the name of the command."""


@app.command()
def send() -> None:
    """Send the statement of every removal and suspension on an online platform that is due, each once.

    Nothing is ever due of a messaging service. Exit code 3 if one could not be sent; it is due again.
    `tutela serve` does the same by itself.
    """
    partly, idle = False, True
    with workplace() as place, closing(place.statement_sender()) as sender:
        for one in sender.run_due():
            idle, partly = False, partly or one.result != "sent"
            out.print(f"{one.action}  {one.result:6}  {one.detail}", markup=False)
    if idle:
        err.print("nothing is due: only what was carried out on services of type online_platform is stated")
    raise typer.Exit(int(Exit.PARTLY if partly else Exit.DONE))
