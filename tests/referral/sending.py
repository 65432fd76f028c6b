"""Processes that send reports until they are killed: python -m tests.referral.sending DATA BEGAN REAL SPEED.

The process that is started sends nothing: for each line on its input it makes another, and prints its number. Time runs
faster than it does: at REAL (seconds since 1970) it is BEGAN, and each second counts for SPEED.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import tests.rig  # noqa: F401 - what is loaded here need not be loaded in each process
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

IDLE = 0.05


def hurrying(began: datetime, real: float, speed: float) -> Callable[[], datetime]:
    """Return a clock that every process of a test reads alike."""
    return lambda: began + timedelta(seconds=(time.time() - real) * speed)


def send(data: Path, clock: Callable[[], datetime], parent: int) -> None:
    """Send what is due, until killed."""
    with Workplace(load_settings(data), clock) as place:
        dispatcher = place.dispatcher()
        while os.getppid() == parent:
            if dispatcher.run_one() is None:
                time.sleep(IDLE)


def main() -> None:
    """Make a process for each line; at the end of the input end them all."""
    data, began, real, speed = sys.argv[1:]
    clock = hurrying(datetime.fromisoformat(began), float(real), float(speed))
    with Workplace(load_settings(Path(data)), clock) as place:
        place.dispatcher()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    parent = os.getpid()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                send(Path(data), clock, parent)
            finally:
                os._exit(1)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
