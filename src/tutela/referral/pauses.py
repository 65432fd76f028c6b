"""Which recipients a worker leaves alone for a while, because they do not answer.

A recipient that is away would cost each of its reports a time limit, and the reports to others would wait behind them.
What is noted here is of one worker and of the moment, so nothing of it is kept.
"""

from __future__ import annotations

from datetime import datetime, timedelta

PATIENCE = 3
"""So many failures in a row, and a recipient is left alone."""
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=5)


class Pauses:
    """Counts failures of recipients. After each pause one report is tried: if it fails, the next pause is longer."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._until: dict[str, datetime] = {}

    def failed(self, recipient: str, now: datetime) -> None:
        """Note that a recipient could not be reached or used."""
        count = self._failures[recipient] = self._failures.get(recipient, 0) + 1
        if count >= PATIENCE:
            self._until[recipient] = now + min(FIRST_PAUSE * 2 ** min(count - PATIENCE, 16), LONGEST_PAUSE)

    def answered(self, recipient: str) -> None:
        """Note that it is there, whatever it said."""
        self._failures.pop(recipient, None)
        self._until.pop(recipient, None)

    def now(self, moment: datetime) -> frozenset[str]:
        """Return the recipients that are left alone at a moment."""
        return frozenset(name for name, until in self._until.items() if moment < until)
