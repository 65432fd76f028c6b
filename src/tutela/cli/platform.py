"""`tutela platform`: calls to the platform."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from tutela.casework.calls import CallState
from tutela.cli.exits import Exit
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.storage.settings import BadSettings

app = typer.Typer(help="Calls to the platform.", no_args_is_help=True)


@app.command()
def calls(
    state: Annotated[CallState | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List calls, newest first, with their failures."""
    with workplace() as place:
        rows = place.calls.newest(state, limit=limit)
    if as_json:
        for row in rows:
            print_json(row.as_dict())
        return
    table = Table("call", "tells of", "case", "state", "tries", "last error", "due", box=None, pad_edge=False)
    for row in rows:
        due = f"{row.due_at:%Y-%m-%d %H:%M}" if row.state is CallState.WAITING else "-"
        table.add_row(*cells(row.id, row.kind, row.case_id, row.state.value, str(row.tries), row.last_error or "", due))
    out.print(table)


@app.command()
def send() -> None:
    """Try every call that is due. Exit code 3 if one failed."""
    from tutela.web.platform.calling import calling_platform

    partly, idle = False, True
    with workplace() as place, calling_platform(place) as caller:
        if caller is None:
            raise BadSettings("the platform is not called: set [platform] url in tutela.toml")
        while (one := caller.run_one()) is not None:
            call, state, code = one
            partly = partly or state in (CallState.WAITING, CallState.DEAD)
            idle = False
            out.print(f"{call.id}  {state.value:9}  {code}", markup=False)
    if idle:
        err.print("nothing is due; a failed call waits before it is tried again (tutela platform calls, retry)")
    raise typer.Exit(int(Exit.PARTLY if partly else Exit.DONE))


@app.command()
def retry(
    call: Annotated[str | None, typer.Argument(metavar="CALL")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All that were given up, at most 1,000.")] = False,
) -> None:
    """Let a call be tried again now."""
    if (call is None) == (not dead):
        fail("name a call, or say --dead", Exit.USAGE)
    with workplace() as place:
        try:
            number = 1
            if call is None:
                number = place.calls.retry_dead("system")
            else:
                place.calls.retry(call, "system")
        except LookupError as error:
            fail(str(error))
    out.print(f"due now: {number}")
