"""What the server does by itself: it sends ordered reports, calls the platform, and tidies up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from tutela.casework.calls import Caller
from tutela.casework.stream import ItemStream
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.referral.dispatcher import Dispatcher
from tutela.referral.transparency.sending import StatementSender
from tutela.storage.settings import BadSettings
from tutela.storage.workplace import Workplace

_log = logging.getLogger("tutela.background")
PAUSE = 2.0
PAUSE_AFTER_ERROR = 30.0
PAUSE_OF_STATING = 30.0
PAUSE_OF_TIDYING = 3600.0
PAUSE_OF_MERGING = 30.0
PAUSE_OF_ERASING = 900.0
ERASED_AT_ONCE = 50
PAUSE_OF_FOLLOWING = 5.0
PAUSE_OF_JUDGING = 5.0
PAUSE_OF_CHECKPOINTS = 3600.0
PAUSE_OF_NOTICES = 5.0


class Loop:
    """Repeats a step in a thread until it is stopped: at once while the step says that more is due, else after a pause.

    A step that raises is logged and tried again. `end` frees what the steps held, once the last one is over.
    """

    def __init__(
        self, name: str, step: Callable[[], bool], pause: float, end: Callable[[], None] | None = None
    ) -> None:
        self._name = name
        self._step = step
        self._pause = pause
        self._end = end
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Stop after the step at hand. A report that takes longer is taken up again when its lease ends."""
        self._stopping.set()
        self._thread.join(timeout)
        if self._end is not None and not self._thread.is_alive():
            self._end()

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = self._pause
            try:
                if self._step():
                    continue
            except (BadSettings, CorruptSegment) as error:
                _log.error("%s: %s", self._name, error)
                pause = max(pause, PAUSE_AFTER_ERROR)
            except Exception as error:  # noqa: BLE001 - the loop must outlive what one step raises
                # The message of an unforeseen error may hold what belongs to a case, so only its kind is logged.
                pause = max(pause, PAUSE_AFTER_ERROR)
                _log.error("%s failed: %s; tried again in %.0f s", self._name, type(error).__name__, pause)
            self._stopping.wait(pause)


def dispatching(dispatcher: Dispatcher) -> Loop:
    """Return the loop that sends reports."""

    def step() -> bool:
        done = dispatcher.run_one()
        if done is not None:
            # The detail may quote what the recipient wrote; it stands in the record and not in the log.
            _log.info("referral %s: %s", done.referral, done.result)
        return done is not None

    return Loop("dispatching", step, PAUSE)


def stating(place: Workplace) -> Loop:
    """Return the loop that sends the statements of reasons of online platforms; of no other service is one ever due."""
    sender: StatementSender | None = None

    def step() -> bool:
        nonlocal sender
        sender = sender or place.statement_sender()
        for one in sender.run_due():
            _log.info("statement of %s: %s", one.action, one.result)
        return False

    def end() -> None:
        if sender is not None:
            sender.close()

    return Loop("stating", step, PAUSE_OF_STATING, end)


def calling(caller: Caller) -> Loop:
    """Return the loop that calls the platform."""

    def step() -> bool:
        done = caller.run_one()
        if done is not None:
            call, state, code = done
            _log.info("call %s: %s %s", call.id, state.value, code)
        return done is not None

    return Loop("calling", step, PAUSE)


def tidying(place: Workplace) -> Loop:
    """Return the loop that keeps the bounds of ledgers and stray evidence in a server that runs for months."""

    def step() -> bool:
        place.tidy()
        place.entries.suspend_due()
        return False

    return Loop("tidying", step, PAUSE_OF_TIDYING)


def erasing(place: Workplace) -> Loop:
    """Return the loop that erases what is due, and keeps the list of suspended accounts."""

    def step() -> bool:
        place.suspended.follow()
        place.legal.erase_due()
        return len(place.retention.run(ERASED_AT_ONCE)) == ERASED_AT_ONCE

    return Loop("erasing", step, PAUSE_OF_ERASING)


def judging(place: Workplace) -> Loop:
    """Return the loop that goes on with what follows from wrong entries and clusters, also after a crash."""

    def step() -> bool:
        return place.entries.advance()

    return Loop("judging", step, PAUSE_OF_JUDGING)


def noticing(place: Workplace) -> Loop:
    """Return the loop that issues notices to users and ends the deferrals whose time is over."""
    return Loop("noticing", place.notices.issue_due, PAUSE_OF_NOTICES)


def merging(place: Workplace) -> Loop:
    """Return the loop that merges and warms the segments of indexes, so that searches stay fast while lists change."""

    def step() -> bool:
        merged = place.indexes.compact()
        place.indexes.warm()
        return merged

    return Loop("merging", step, PAUSE_OF_MERGING)


def following(place: Workplace, stream: ItemStream) -> Loop:
    """Return the loop that draws second reviews, plants golden items and canaries, and measures now and then."""

    def step() -> bool:
        place.quality.follow(stream)
        return False

    return Loop("following", step, PAUSE_OF_FOLLOWING)


def checkpointing(place: Workplace) -> Loop:
    """Return the loop that signs where the chain of the audit ends, if something was recorded since."""

    def step() -> bool:
        place.audit.checkpoint_if_moved()
        return False

    return Loop("checkpointing", step, PAUSE_OF_CHECKPOINTS)
