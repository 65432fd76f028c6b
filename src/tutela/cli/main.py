"""The tutela command: its options for all, and how errors end."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tutela import __version__
from tutela.cli.commands import Commands
from tutela.cli.data_folder import choose_data_folder
from tutela.cli.exits import Exit
from tutela.cli.output import err

app = typer.Typer(
    name="tutela",
    cls=Commands,
    help="Detect, review, report, redress and account. Everything stays on this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"tutela {__version__}\n")
        raise typer.Exit


@app.callback()
def options(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of database, keys and evidence.", envvar="TUTELA_DATA", file_okay=False),
    ] = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,  # noqa: ARG001
) -> None:
    """Set what every command shares."""
    choose_data_folder(data)


def run() -> None:
    """Run the command; a lost database or a missing extra is told in one line."""
    try:
        app()
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name == "tutela":
            raise
        err.print(f"tutela: this needs the package {name!r}: pip install 'tutela[all]'", markup=False)
        raise SystemExit(Exit.FAILED) from error
    except Exception as error:
        if (lost := _of_lost_database(error)) is None:
            raise
        err.print(f"tutela: the database does not answer: {lost}", markup=False)
        raise SystemExit(Exit.FAILED) from error


def _of_lost_database(error: Exception) -> BaseException | None:
    """Return what the database said; a command that needs none has not imported the package that knows."""
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy.exc import OperationalError

    return error.orig if isinstance(error, OperationalError) else None
