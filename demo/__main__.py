"""`make demo`: a year of a made-up service on real photographs, everything embedded, then the console."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from demo.people import EVERYBODY, PASSWORD
from demo.photographs import PhotographsUnavailableError, gather, pictures
from demo.summary import print_summary, summarise, write_summary
from demo.world import YEAR, make_world
from demo.year import MovingClock, prepare, run_year
from tutela.cli.returns import write_return
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.material import Reporter
from tutela.sandboxes.cybertipline import Fault, Faults, Kind, RunningSandbox, running
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace
from tutela.web.app import create_app

OUTPUT = Path("demo-output")
CACHE = Path(".demo-cache")
MARK = "made-by-make-demo"
PICTURES = 250
console = Console(highlight=False)


def main() -> int:
    """Run the demonstration; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--no-serve", action="store_true", help="end after the summary")
    parser.add_argument("--port", type=int, default=8600, help="port of the console on 127.0.0.1")
    options = parser.parse_args()
    began = time.monotonic()
    if not _fresh_output():
        return 1
    try:
        found = pictures(gather(CACHE / "photographs", lambda text: console.print(f"  {text}", markup=False)), PICTURES)
    except PhotographsUnavailableError as error:
        console.print(f"demo: {error}", markup=False)
        return 1
    console.print(f"{len(found)} pictures from {len({p.package for p in found})} packages; making copies and edits")
    world = make_world(found, random.Random(YEAR))
    # Some attempts fail on the way, as they do: the answer is lost, or the service is out of order.
    faults = Faults(
        Fault(Kind.ERROR_BEFORE, frozenset({"submit"}), count=2),
        Fault(Kind.DROP_AFTER, frozenset({"finish"}), count=1),
        Fault(Kind.DROP_BEFORE, frozenset({"upload"}), count=1),
    )
    with running(user="lantern", password="lantern", faults=faults) as sandbox:  # noqa: S106 - of the sandbox
        clock = MovingClock(datetime(YEAR, 1, 1, tzinfo=UTC))
        settings = replace(
            load_settings(OUTPUT / "data", {}),
            reporter=Reporter("Lantern Ltd", "Dan", "Compliance", "reports@lantern.example"),
            cybertipline=CyberTiplineSettings(sandbox.base_url, "lantern", "lantern"),
        )
        with Workplace(settings, clock) as place:
            prepare(place, world)
            with _progress() as progress:
                task = progress.add_task("the year 2025", total=len(world.items))
                happened = run_year(place, clock, world, lambda count: progress.advance(task, count))
            compiled = place.yearly_return(YEAR)
            write_return(place, compiled, OUTPUT / "return", ["json", "html"])
            summary = summarise(place, world, happened, compiled, _finished(sandbox))
        write_summary(summary, OUTPUT / "summary.json")
        print_summary(summary, console)
        console.print(f"\n{time.monotonic() - began:.0f} s. Return: {OUTPUT / 'return' / 'return.html'}", markup=False)
        if options.no_serve:
            return 0
        with Workplace(settings) as place:
            _serve(place, sandbox, options.port)
    return 0


def _fresh_output() -> bool:
    if OUTPUT.exists():
        if not (OUTPUT / MARK).exists():
            console.print(f"demo: {OUTPUT} exists and was not made by the demo: move it away")
            return False
        shutil.rmtree(OUTPUT)
    OUTPUT.mkdir()
    (OUTPUT / MARK).touch()
    return True


def _finished(sandbox: RunningSandbox) -> int:
    answer = httpx.get(f"{sandbox.sandbox_url}/ledger.json", auth=("lantern", "lantern"), trust_env=False)
    reports = json.loads(answer.raise_for_status().text)["reports"]
    return sum(report["state"] == "finished" for report in reports)


def _serve(place: Workplace, sandbox: RunningSandbox, port: int) -> None:
    names = ", ".join(f"{p.id} ({', '.join(sorted(p.roles))})" for p in EVERYBODY)
    console.print(f"\nConsole: http://127.0.0.1:{port}/   sign in as {names}; password {PASSWORD}", markup=False)
    console.print(f"What the sandbox received: {sandbox.sandbox_url}  (lantern / lantern)", markup=False)
    console.print("Ctrl-C ends it.")
    uvicorn.run(create_app(place), host="127.0.0.1", port=port, log_level="warning", access_log=False)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True
    )


if __name__ == "__main__":
    sys.exit(main())
