"""`make demo`: a year of a made-up service on real photographs, everything embedded, then the console."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from demo.clock import MovingClock
from demo.installation import write_settings
from demo.people import EVERYBODY, PASSWORD
from demo.photographs import PhotographsUnavailableError, gather, pictures
from demo.summary import print_summary, summarise, write_summary
from demo.union import tell_union
from demo.world import YEAR, make_world
from demo.year import Year
from tutela.cli.returns import write_return
from tutela.sandboxes import platform
from tutela.sandboxes.cybertipline import Fault, Faults, Kind, RunningSandbox, running
from tutela.sandboxes.platform import RunningPlatform
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace
from tutela.web.app import create_app
from tutela.web.steady import settle

OUTPUT = Path("demo-output")
CACHE = Path(".demo-cache")
MARK = "made-by-make-demo"
PICTURES = 250
_PLATFORM_FAULTS = (
    platform.Fault(platform.Kind.STATUS, count=2, status=503),
    platform.Fault(platform.Kind.DROP_AFTER),
    platform.Fault(platform.Kind.DROP),
    platform.Fault(platform.Kind.REDIRECT),
)
"""How the platform fails, as platforms do: such calls are sent again."""
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
    clock = MovingClock(datetime(YEAR, 1, 1, tzinfo=UTC))
    with (
        running(user="lantern", password="lantern", faults=faults) as tipline,  # noqa: S106 - of the sandbox
        platform.running(clock=clock) as hooks,
    ):
        for fault in _PLATFORM_FAULTS:
            hooks.faults.order(fault)
        write_settings(OUTPUT / "data", tipline.base_url, hooks.url)
        with Workplace(load_settings(OUTPUT / "data", {}), clock) as place:
            year = Year(place, clock, world, hooks)
            year.prepare()
            with _progress() as progress:
                task = progress.add_task("the year 2025", total=len(world.items))
                happened = year.run(lambda count: progress.advance(task, count), OUTPUT)
            compiled = place.yearly_return(YEAR)
            write_return(place, compiled, OUTPUT / "return", ["json", "html"])
            summary = summarise(place, world, happened, compiled, _finished(tipline))
            summary["union"] = tell_union(YEAR, OUTPUT / "union")
            write_summary(summary, OUTPUT / "summary.json")
            print_summary(summary, console)
            took = time.monotonic() - began
            console.print(f"\n{took:.0f} s. Return: {OUTPUT / 'return' / 'return.html'}", markup=False)
            console.print(f"A made-up Union's report: {OUTPUT / 'union' / 'report.html'}", markup=False)
            if options.no_serve:
                look = f"TUTELA_NOW={clock():%Y-%m-%dT%H:%MZ} .venv/bin/tutela --data {OUTPUT / 'data'} serve"
                console.print("By today's clock its evidence would be due. To look at it as it stands:", markup=False)
                console.print(f"  {look}", markup=False, soft_wrap=True)
            else:
                _serve(place, clock, tipline, hooks, options.port, summary)
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


def _serve(
    place: Workplace,
    clock: MovingClock,
    tipline: RunningSandbox,
    hooks: RunningPlatform,
    port: int,
    summary: Mapping[str, Any],
) -> None:
    clock.run_on()
    settle()
    console.print(f"\nConsole: http://127.0.0.1:{port}/   (its clock goes on from {clock():%Y-%m-%d %H:%M} UTC)")
    for person in EVERYBODY:
        console.print(
            f"  {person.id:6} {', '.join(sorted(person.roles)).replace('_', ' ')}", markup=False, soft_wrap=True
        )
    console.print(
        f"Password of all: {PASSWORD}. A second factor is optional here, and would want the console's time.",
        soft_wrap=True,
    )
    for line in _first_looks(summary):
        console.print(line, markup=False, soft_wrap=True)
    console.print(
        f"What the authority's sandbox received: {tipline.sandbox_url}  (lantern / lantern)",
        markup=False,
        soft_wrap=True,
    )
    console.print(f"What the platform's sandbox received:  {hooks.sandbox_url}", markup=False, soft_wrap=True)
    console.print("Ctrl-C ends it.")
    uvicorn.run(create_app(place), host="127.0.0.1", port=port, log_level="warning", access_log=False)


def _first_looks(summary: Mapping[str, Any]) -> list[str]:
    waiting = summary["waiting"]
    return [
        "Look first, as clara: /overview?days=365, then /tasks: a picture that went round since yesterday is held "
        f"({waiting['held']} cases), until she judges its entry.",
        f"Then, as anna: /queue ({waiting['open']} cases wait); as dan: /complaints ({waiting['complaints']} wait); "
        "as greta: /retention, /approvals.",
    ]


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True
    )


if __name__ == "__main__":
    sys.exit(main())
