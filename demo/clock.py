"""The time of the simulation: set by hand through the year, then running on from its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta


class MovingClock:
    """A clock that stands until it is moved. `seconds` is where the real time comes from once it runs on."""

    def __init__(self, start: datetime, seconds: Callable[[], float] = time.monotonic) -> None:
        self._at = start
        self._seconds = seconds
        self._since: float | None = None

    def __call__(self) -> datetime:
        """Return the time."""
        if self._since is None:
            return self._at
        return self._at + timedelta(seconds=self._seconds() - self._since)

    def reach(self, moment: datetime) -> None:
        """Move on to a time; never back."""
        self._at = max(self._at, moment)

    def wait(self, minutes: float) -> None:
        """Let time pass."""
        self._at += timedelta(minutes=minutes)

    def run_on(self) -> None:
        """Go on at the speed of real time from where it stands; again changes nothing."""
        if self._since is None:
            self._since = self._seconds()
