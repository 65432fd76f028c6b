"""`python -m bench.malformed --files N [--seed S] [--workers W]`: malformed files through confined workers."""

from __future__ import annotations

import argparse
import os
import sys

from bench.malformed.files import malformed
from bench.malformed.running import run
from tutela.content.item import Limits
from tutela.detection.workers.budget import Budget
from tutela.detection.workers.engine import Workers


def main(arguments: list[str] | None = None) -> int:
    """Print the account."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    with Workers(options.workers, Limits(), Budget(seconds=60, cpu_seconds=20)) as workers:
        files = malformed(options.files, options.seed)
        account = run(files, options.files, workers, lambda text: print(text, flush=True))
    print(account)
    return 0


if __name__ == "__main__":
    sys.exit(main())
