"""Sends ordered reports in the background of the server."""

from __future__ import annotations

import logging
import threading

from tutela.referral.dispatcher import Dispatcher
from tutela.storage.settings import BadSettings

_log = logging.getLogger("tutela.dispatch")
PAUSE = 2.0
PAUSE_AFTER_ERROR = 30.0


class DispatchLoop:
    """Runs a dispatcher until it is stopped: while something is due at once, else every two seconds."""

    def __init__(self, dispatcher: Dispatcher, pause: float = PAUSE) -> None:
        self._dispatcher = dispatcher
        self._pause = pause
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Stop after the report at hand. One that takes longer is taken up again when its lease ends."""
        self._stopping.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = self._pause
            try:
                done = self._dispatcher.run_one()
                if done is not None:
                    # The detail may quote what the recipient wrote; it stands in the record and not in the log.
                    _log.info("referral %s: %s", done.referral, done.result)
                    continue
            except BadSettings as error:
                _log.error("no report can be sent: %s", error)
                pause = PAUSE_AFTER_ERROR
            except Exception as error:  # noqa: BLE001 - the loop must outlive what one report raises
                # The message of an unforeseen error may hold what belongs to a case, so only its kind is logged.
                _log.error("dispatching failed: %s; tried again in %.0f s", type(error).__name__, PAUSE_AFTER_ERROR)
                pause = PAUSE_AFTER_ERROR
            self._stopping.wait(pause)
