"""Make the return of a made-up provider, and open every figure of it: `python -m tests.scale.return_opened FOLDER`.

The folder is one that `tutela simulate provider` filled. `tutela return` is run as a process, then `tutela serve`, and
every figure is opened over HTTP on this machine. What the return must say (truth.json) is held against it too.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.scale.measuring import EVERY_ROLE, PASSWORD
from tests.scale.opening import Opened, open_figures, return_of, told, wait_for_return
from tests.scale.peaks import Peaks, watched
from tests.statistics.provider_return.test_second_way import different, numbers
from tutela.access.roles import Person
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

SECONDS, MEGABYTES, PAGE = 60.0, 1000, 1.0
"""What a return of a million cases may take on two cores, all its processes together; and 95 of 100 pages of events."""
_COMMAND = (sys.executable, "-c", "from tutela.cli.main import run; run()")
_ALONE = '[access]\nsecond_factor = "optional"\n'


def main() -> int:
    """Return 0 if everything stays under the limits, 1 if something does not."""
    asked = argparse.ArgumentParser(prog="python -m tests.scale.return_opened", description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--year", type=int, default=2025)
    asked.add_argument("--runs", type=int, default=3, help="how often the return is made")
    asked.add_argument("--database", default="", help="the URL of its PostgreSQL database, if that is where it is")
    given = asked.parse_args()
    environment = {"TUTELA_DATABASE_URL": given.database} if given.database else {}
    made = [made_once(given.folder, given.year, environment) for _ in range(given.runs)]
    for one in made:
        say(one.as_json())
    opened = opened_all(given.folder, given.year, environment)
    say(told(opened))
    over = [one for one in made if one.seconds > SECONDS or one.together_mb > MEGABYTES]
    return 1 if over or told(opened)["p95_ms"] > 1000 * PAGE else 0


def made_once(folder: Path, year: int, environment: dict[str, str]) -> Peaks:
    """Make the return by the command; return what it took. Raises CalledProcessError."""
    command = [*_COMMAND, "--data", str(folder), "return", "--year", str(year), "--format", "json"]
    return watched(command, {**os.environ, **environment})


def opened_all(folder: Path, year: int, environment: dict[str, str]) -> list[Opened]:
    """Serve the installation and open every figure of the return of a year. Raises AssertionError.

    A made-up provider is a rehearsal: who looks at it here signs in with a password alone.
    """
    settings = folder / "tutela.toml"
    if "[access]" not in settings.read_text("utf-8"):
        settings.write_text(settings.read_text("utf-8") + _ALONE, "utf-8")
    with Workplace(load_settings(folder, environment), lambda: datetime(year, 1, 1, tzinfo=UTC)) as place:
        if not any(person.id == "olof" for person in place.people.all()):
            place.people.register(Person("olof", "Olof", EVERY_ROLE), PASSWORD)
        truth = json.loads((folder / "truth.json").read_text("utf-8"))["figures"]
        began = time.monotonic()
        # A server does it as its first work, and nobody signs in meanwhile: in one transaction every case gets its end.
        place.retention.follow_policy()
        say({"seconds_to_record_the_retention_policy": round(time.monotonic() - began, 1)})
        with served(folder, year, environment) as address, httpx.Client(base_url=address, timeout=120) as client:
            answer = client.post("/sign-in", data={"name": "olof", "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            say({"seconds_until_the_console_had_it": round(wait_for_return(client, year), 1)})
            compiled = return_of(client, place, year)
            assert not different(numbers(compiled.figures), {name: (low, high) for name, (low, high) in truth.items()})
            return list(open_figures(client, place, compiled))


@contextmanager
def served(folder: Path, year: int, environment: dict[str, str]) -> Iterator[str]:
    """Run `tutela serve`, which sends nothing, at the beginning of the year, so that nothing is due for erasure yet.

    Gives its address.
    """
    command = [*_COMMAND, "--data", str(folder), "serve", "--port", "0", "--no-dispatch"]
    clock = {"TUTELA_NOW": f"{year}-01-01T00:00:00Z"}
    changed = {**os.environ, **environment, **clock, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, env=changed, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        began = time.monotonic()
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", line := process.stderr.readline())):
            assert line and time.monotonic() - began < 60, "tutela serve did not start"  # noqa: PT018
        yield found[0]
    finally:
        process.terminate()
        process.wait(30)


def say(what: object) -> None:
    """Print a line of JSON."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
