"""Make a large installation and measure every page: `python -m tests.scale FOLDER --cases 1000000`.

A folder that holds one already is measured again. Without --database the cases are in SQLite in the folder.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime
from pathlib import Path

from tests.databases import REPORTER, SteppableClock
from tests.scale.measuring import fill, measure, table
from tutela.storage.database import Database
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

LIMIT = 0.2


def main() -> int:
    """Return 0 if everything stays under the limit, 1 if something does not."""
    asked = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--cases", type=int, default=1_000_000)
    asked.add_argument("--original", type=int, default=400, help="cases made through the public doors, then copied")
    asked.add_argument("--times", type=int, default=40, help="how often each thing is asked for")
    asked.add_argument("--database", default="", help="a URL of an empty PostgreSQL database")
    given = asked.parse_args()
    began = time.monotonic()

    def told(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:8.0f} s  {text}\n")

    clock_file = given.folder / "clock"
    made = clock_file.exists()
    given.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (given.folder / "tutela.toml").write_text(REPORTER, "utf-8")
    clock = SteppableClock(datetime.fromisoformat(clock_file.read_text())) if made else SteppableClock()
    settings = load_settings(given.folder, {"TUTELA_DATABASE_URL": given.database} if given.database else {})
    database = Database(settings.database_url)
    database.upgrade()
    database.close()
    with Workplace(settings, clock) as place:
        if not made:
            fill(place, clock, given.cases, given.original, told)
        clock.advance(days=1)  # another day, so that what was measured before is not measured again
        try:
            waited = list(measure(place, clock, given.times))
        finally:
            clock_file.write_text(clock.now.isoformat())
    sys.stdout.write(table(waited, LIMIT) + "\n")
    return 1 if any(one.p95 > LIMIT for one in waited) else 0


if __name__ == "__main__":
    sys.exit(main())
