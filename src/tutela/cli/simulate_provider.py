"""`tutela simulate provider`: a made-up provider of any size, whose yearly return is known from how it was made."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import err, fail, out
from tutela.cli.progress import counting

_SETTINGS = "# Made by `tutela simulate provider`: nothing here is real.\nrehearsal = true\n"


def provider(
    folder: Annotated[Path, typer.Option("--out", help="Folder of the new installation; it is empty or not there.")],
    cases: Annotated[int, typer.Option(min=1, help="How many cases.")] = 1000,
    year: Annotated[int, typer.Option(min=2021, max=2100, help="The calendar year in which they lie.")] = 2025,
    seed: Annotated[int, typer.Option(help="What is drawn follows from it.")] = 1,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="An empty PostgreSQL database in place of SQLite in the folder.")
    ] = None,
) -> None:
    """Make an installation with a year of a provider in it, and truth.json: what its return must say.

    A few hundred cases are drawn and recorded, and copied in bulk with other accounts at other times of the year.
    """
    from tutela.storage.bulk.simulated_provider import NoRegime, NotEmpty, simulate
    from tutela.storage.database import WrongDatabase
    from tutela.storage.settings import load_settings
    from tutela.storage.workplace import Workplace

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fail(f"--out {folder}: a made-up provider gets a folder of its own, and this one is not empty", Exit.USAGE)
    began = time.monotonic()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "tutela.toml").write_text(_SETTINGS, "utf-8")
        settings = load_settings(folder, {"TUTELA_DATABASE_URL": database} if database else {})
        with Workplace(settings) as place, counting() as bar:
            task = bar.add_task("cases", total=cases)
            truth = simulate(place, cases, year, seed, lambda done: bar.update(task, completed=done))
            with place.transactions.reading() as log:
                events = log.last_sequence()
    except (NotEmpty, NoRegime, WrongDatabase) as error:
        fail(str(error), Exit.USAGE)
    except OSError as error:
        fail(f"--out {folder}: {error.strerror}", Exit.USAGE)
    figures = {name: list(ends) for name, ends in sorted(truth.items())}
    told = {"year": year, "seed": seed, "cases": cases, "figures": figures}
    (folder / "truth.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    err.print(f"{time.monotonic() - began:.0f} s", markup=False)
    out.print(
        f"{cases:,} cases, {events:,} events in {folder}; what the return must say is in truth.json", markup=False
    )
