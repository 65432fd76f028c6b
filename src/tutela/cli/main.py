"""The tutela command: its groups, its options for all, and how errors end."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import OperationalError

from tutela import __version__
from tutela.cli import (
    approvals,
    audit,
    bench,
    cases,
    complaints,
    dpo,
    entries,
    events,
    exporting,
    governance,
    hashing,
    hashlists,
    indexes,
    packages,
    people,
    platform,
    quality,
    referrals,
    retention,
    returns,
    samples,
    sandboxes,
    services,
    statistics,
    transparency,
)
from tutela.cli.exits import Exit
from tutela.cli.lookup import lookup
from tutela.cli.output import err
from tutela.cli.place import choose_data_folder
from tutela.cli.scan import scan
from tutela.cli.serve import serve
from tutela.cli.trying import try_change

app = typer.Typer(
    name="tutela",
    help="Detect, review, report, redress and account. Everything stays on this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(scan)
app.command("hash")(hashing.hash_files)
app.command()(lookup)
app.command("try")(try_change)
app.command()(serve)
app.command("return")(returns.yearly_return)
app.add_typer(hashlists.app, name="hashlist")
app.add_typer(entries.app, name="entry")
app.add_typer(indexes.app, name="index")
app.add_typer(samples.app, name="sample")
app.add_typer(services.app, name="service")
app.add_typer(services.regime_app, name="regime")
app.add_typer(cases.app, name="case")
app.add_typer(complaints.app, name="complaint")
app.add_typer(referrals.app, name="referral")
app.add_typer(packages.app, name="package")
app.add_typer(transparency.app, name="transparency")
app.add_typer(platform.app, name="platform")
app.add_typer(quality.app, name="quality")
app.add_typer(statistics.app, name="statistics")
app.add_typer(people.app, name="person")
app.add_typer(people.key_app, name="key")
app.add_typer(retention.app, name="retention")
app.add_typer(retention.keys_app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(approvals.app, name="approval")
app.add_typer(exporting.app, name="export")
app.add_typer(governance.app, name="governance")
app.add_typer(dpo.app, name="dpo")
app.add_typer(events.app, name="events")
app.add_typer(events.database_app, name="db")
app.add_typer(sandboxes.app, name="sandbox")
app.add_typer(bench.app, name="bench")


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
    except OperationalError as error:
        err.print(f"tutela: the database does not answer: {error.orig}", markup=False)
        raise SystemExit(Exit.FAILED) from error
