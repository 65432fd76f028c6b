"""`make bench`: every measurement there is, in one run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import hashing, scan, video
from bench.contest import Plan
from bench.datasets import Data
from bench.matching import measure, progress, table
from bench.real import DEFAULT_FOLDER
from demo.photographs import PhotographsUnavailableError


def main() -> int:
    """Print all measurements; 1 where one could not be taken."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--entries", type=lambda text: int(float(text)), help="of the lists; 1e6, or 1e5 if quick")
    parser.add_argument("--items", type=int, help="of the scanned folder; 200, or 50 if quick")
    parser.add_argument("--quick", action="store_true", help="smaller lists, shorter and fewer runs, uniform entries")
    parser.add_argument("--photographs", type=Path, default=DEFAULT_FOLDER, help="gathered there if absent")
    options = parser.parse_args()
    entries = options.entries or (100_000 if options.quick else 1_000_000)
    kinds: tuple[Data, ...] = ("uniform",) if options.quick else ("uniform", "clustered")
    runs, seconds = (3, 0.5) if options.quick else (5, 3.0)
    failed = 0

    print("Hashing", flush=True)
    failed |= hashing.main(["--entries", str(entries), "--files", "2" if options.quick else "8"])
    for kind in kinds:
        print(f"\nMatching, {kind} entries", flush=True)
        try:
            print(table(measure(Plan(entries, kind, runs=runs, seconds=seconds), options.photographs)), flush=True)
        except PhotographsUnavailableError as error:
            progress(str(error))
            failed = 1
    print("\nVideos", flush=True)
    failed |= video.main(["--seconds", "8", "--runs", "1"] if options.quick else ["--memory"])
    print("\nA whole scan", flush=True)
    items = options.items or (50 if options.quick else 200)
    sizes = ["--entries", str(min(entries, 100_000)), "--items", str(items)]
    failed |= scan.main([*sizes, "--runs", str(min(runs, 3)), "--photographs", str(options.photographs)])
    return failed


if __name__ == "__main__":
    sys.exit(main())
