"""Returns for people who look at them in the console: at once while there is little, else made in the background.

A return is made from every event. Below `AT_ONCE` events that takes a moment; above it the last one that was made is
shown with what it was made from, while a newer one is made: not before the last one has stood for `STANDS` times as
long as it took, since every event makes it old.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tutela.statistics.provider_return.compilation import YearlyReturn

AT_ONCE = 20_000
"""How many events are read while somebody waits."""
STANDS = 5.0
"""How many times as long as it took to make it a return stands before a newer one is made."""
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Made(Generic[V]):
    """What was made, from the events up to `sequence`; it stands until then, by the monotonic clock."""

    sequence: int
    figures: V
    until: float


@dataclass(frozen=True, slots=True)
class Shown(Generic[V]):
    """The newest return, or other figures, if there is one; `newer`: another is being made from later events.

    `failed`: why the last one could not be made.
    """

    compiled: V | None
    newer: bool
    failed: str = ""


class Shelf(Generic[K, V]):
    """Keeps the newest figures for each key. `last_sequence` names the newest event.

    `at_once` makes them here, `apart` where it keeps nobody waiting: in a process of its own, since reading millions of
    events in a thread would slow every page of this one.
    """

    def __init__(
        self,
        at_once: Callable[[K], V],
        last_sequence: Callable[[], int],
        apart: Callable[[K], V] | None = None,
        seconds: Callable[[], float] = time.monotonic,
        most: int | None = None,
    ) -> None:
        """`most`: how many keys are kept, the oldest going first; else all."""
        self._most = most
        self._at_once = at_once
        self._apart = apart or at_once
        self._last_sequence = last_sequence
        self._lock = threading.Lock()
        self._seconds = seconds
        self._made: dict[K, _Made[V]] = {}
        self._making: dict[K, threading.Thread] = {}
        self._failed: dict[K, str] = {}

    def take(self, year: K) -> Shown[V]:
        """Return the return of a year as it is now, or the newest one while a newer is made."""
        last = self._last_sequence()
        if last <= AT_ONCE:
            return Shown(self._at_once(year), newer=False)
        with self._lock:
            made = self._made.get(year)
            if made is not None and (made.sequence == last or self._seconds() < made.until):
                return Shown(made.figures, newer=False)
            thread = self._making.get(year)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(target=self._make, args=(year, last), name=f"return {year}", daemon=True)
                self._making[year] = thread
                thread.start()
            return Shown(made.figures if made else None, newer=True, failed=self._failed.get(year, ""))

    def wait(self) -> None:
        """Wait until what is being made is made."""
        for thread in list(self._making.values()):
            thread.join()

    def _make(self, year: K, last: int) -> None:
        began = self._seconds()
        try:
            figures = self._apart(year)
        except Exception as error:  # noqa: BLE001 - whoever looks at the page must learn of it
            with self._lock:
                self._failed[year] = type(error).__name__
            return
        with self._lock:
            self._failed.pop(year, None)
            ended = self._seconds()
            self._made.pop(year, None)
            self._made[year] = _Made(last, figures, ended + STANDS * (ended - began))
            while self._most is not None and len(self._made) > self._most:
                del self._made[next(iter(self._made))]


ReturnShelf = Shelf[int, YearlyReturn]
