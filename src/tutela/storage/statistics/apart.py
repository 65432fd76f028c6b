"""Large figures are made in a process of their own: one at a time, and none outlives the installation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from tutela.storage.settings import Settings

K = TypeVar("K")
V = TypeVar("V")


class NotMade(RuntimeError):
    """Nothing was made: the installation was closed, the process ended for the memory that it took, or it failed."""


class Apart:
    """Makes figures of one installation, which the process opens for itself.

    One at a time: figures of millions of events take much memory, and two of them twice as much.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._process: BaseProcess | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether something is being made."""
        with self._guard:
            return self._process is not None

    def make(self, make: Callable[[Settings, K], V], asked: K) -> V:
        """Return what `make` returns; raises NotMade, which says no more of an error than its name."""
        context = get_context("spawn")
        with self._turn:
            receiving, sending = context.Pipe(duplex=False)
            # No daemon, which could start no process of its own; what is under way at the end is ended by `close`.
            process = context.Process(target=_work, args=(sending, make, self._settings, asked), daemon=False)
            with self._guard:
                if self._closed:
                    raise NotMade("the installation is closed")
                process.start()
                self._process = process
            sending.close()
            try:
                failed, made = receiving.recv()
            except EOFError as error:
                raise NotMade("the process that made the figures ended early") from error
            finally:
                receiving.close()
                process.join()
                with self._guard:
                    self._process = None
        if failed:
            raise NotMade(failed)
        result: V = made
        return result

    def close(self) -> None:
        """End what is being made, for good."""
        with self._guard:
            self._closed = True
            if self._process is not None:
                self._process.terminate()


def _work(sending: Connection, make: Callable[[Settings, Any], Any], settings: Settings, asked: Any) -> None:
    try:
        made = make(settings, asked)
    except Exception as error:
        sending.send((type(error).__name__, None))
        raise
    sending.send(("", made))
