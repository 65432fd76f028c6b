"""`tutela events` and `tutela db`: the record."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import fail, out, print_json
from tutela.cli.place import settings, workplace
from tutela.storage.database import Database, WrongDatabase

app = typer.Typer(help="The record of what happened.", no_args_is_help=True)
database_app = typer.Typer(help="The database.", no_args_is_help=True)


@app.command("list")
def list_events(
    subject: Annotated[str | None, typer.Option(help="Only of this case, batch, list or person.")] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help="Only of this type.")] = None,
    after: Annotated[int, typer.Option(help="Only after this sequence number.")] = 0,
) -> None:
    """Write events as JSON lines, oldest first."""
    with workplace() as place, place.transactions.reading() as log:
        for event in log.read(subject=subject, types=type_, after=after):
            print_json({
                "sequence": event.sequence, "id": event.id, "type": event.type, "version": event.payload.VERSION,
                "subject": event.subject, "actor": event.actor, "occurred_at": event.occurred_at.isoformat(),
                "recorded_at": event.recorded_at.isoformat(), "data": event.payload.model_dump(mode="json"),
            })  # fmt: skip


class _OnlyAsked(Exception):
    """Undoes what was made to be compared."""


@app.command()
def rebuild(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing: say which projections the events do not make.")
    ] = False,
) -> None:
    """Make every projection again from the events."""
    if check:
        _check()
        return
    with workplace() as place, place.transactions.record() as log:
        count = log.rebuild()
    out.print(f"rebuilt from {count:,} events")


def _check() -> None:
    found: list[str] = []
    with workplace() as place, suppress(_OnlyAsked), place.transactions.record() as log:
        found = log.rebuilt_otherwise()
        raise _OnlyAsked
    if found:
        for name in found:
            out.print(f"{name}: not what the events make", markup=False)
        fail("changed past the record: `tutela audit verify`, then `tutela events rebuild`")
    out.print("every projection is what the events make")


@database_app.command()
def upgrade() -> None:
    """Bring the database's schema to this version's."""
    chosen = settings()
    chosen.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        database = Database(chosen.database_url)
        database.upgrade()
        database.close()
    except WrongDatabase as error:
        fail(str(error), Exit.USAGE)
    out.print("the schema is this version's")
