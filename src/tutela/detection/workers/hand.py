"""One worker, from this side: it is asked one item at a time, watched while it works, and replaced when it is due."""

from __future__ import annotations

import os
import secrets
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tutela.detection.workers.budget import Budget
from tutela.detection.workers.nursing import NoWorkers, Nursery
from tutela.detection.workers.wire import ANSWER, GREETING, REQUEST, TOKEN_BYTES, BadAnswer, greeting_read

_LOOK = 0.25
"""Seconds between two looks at a worker that is at work."""
_SHORT_GREETING = 10_000
_GREETING_SECONDS = 30.0
_TRIES = 3


class Cause(Enum):
    """Why an item was lost."""

    CRASHED = "crashed"
    KILLED = "killed"
    SECONDS = "seconds"
    CPU_SECONDS = "cpu_seconds"
    MEMORY = "memory"
    TOO_LONG = "too_long"
    NO_ANSWER = "no_answer"
    CLOSING = "closing"

    @property
    def may_be_of_another(self) -> bool:
        """Whether an earlier item may have caused it. A worker that hangs is not asked twice: time is what it costs."""
        return self not in (Cause.SECONDS, Cause.CPU_SECONDS, Cause.CLOSING)


class Lost(Exception):
    """The worker gave no answer, and is no more."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(cause.value)
        self.cause = cause
        self.detail = detail


@dataclass
class _Worker:
    number: int
    line: socket.socket
    resident: int
    asked: int = 0


class Hand:
    """A place for one worker. Used by one thread."""

    def __init__(
        self, nursery: Nursery, budget: Budget, greeted: Callable[[frozenset[str]], None], closing: Callable[[], bool]
    ) -> None:
        self._nursery = nursery
        self._budget = budget
        self._greeted = greeted
        self._closing = closing
        self._worker: _Worker | None = None

    @property
    def fresh(self) -> bool:
        """Whether the next item meets a worker that has met none."""
        return self._worker is None or self._worker.asked == 0

    def ready(self) -> None:
        """Have a worker there, before there is anything to ask it. Raises NoWorkers."""
        for _ in range(_TRIES):
            if self._worker is None:
                self._worker = self._begun()
        if self._worker is None:
            raise NoWorkers("no worker comes up in which items could be decoded; look at the memory of this machine")

    def ask(self, task: bytes, data: bytes, descriptor: int | None, meanwhile: Callable[[], None]) -> bytes:
        """Return what the worker answers about an item; `meanwhile` is called once, while it works.

        Raises Lost, after which the next item gets another worker, and NoWorkers.
        """
        self._replace_if_due()
        self.ready()
        worker = self._worker
        assert worker is not None  # noqa: S101 - made above
        worker.asked += 1
        token = secrets.token_bytes(TOKEN_BYTES)
        head = REQUEST.pack(token, len(task), len(data), descriptor is None)
        try:
            if descriptor is None:
                worker.line.sendall(head + task + data)
            else:
                socket.send_fds(worker.line, [head + task], [descriptor])
            meanwhile()
            return self._received(worker, token, self._budget.answer, self._budget.seconds)
        except TimeoutError:
            raise self._lost(Cause.SECONDS) from None
        except (OSError, EOFError):
            raise self._lost(Cause.CRASHED) from None

    def end(self) -> None:
        """End the worker."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.line.close()
            self._nursery.end(worker.number)

    def _begun(self) -> _Worker | None:
        number, line = self._nursery.begin(self._budget.memory)
        worker = _Worker(number, line, 0)
        try:
            line.settimeout(_GREETING_SECONDS)
            self._greeted(greeting_read(self._received(worker, GREETING, _SHORT_GREETING, _GREETING_SECONDS)))
        except (OSError, EOFError, BadAnswer):
            line.close()
            self._nursery.end(number)
            return None
        line.settimeout(self._budget.seconds)
        worker.resident = _resident(number)
        return worker

    def _replace_if_due(self) -> None:
        worker = self._worker
        if worker is None:
            return
        if (
            worker.asked >= self._budget.items
            or _resident(worker.number) > worker.resident + self._budget.growth
            or _has_more_to_say(worker.line)
        ):
            self.end()

    def _received(self, worker: _Worker, token: bytes, most: int, seconds: float) -> bytes:
        until = time.monotonic() + seconds
        cpu = _processor_seconds(worker.number) + self._budget.cpu_seconds
        waiting = select.poll()
        waiting.register(worker.line, select.POLLIN)

        def exactly(length: int) -> bytes:
            got = bytearray()
            while len(got) < length:
                left = until - time.monotonic()
                if left <= 0:
                    raise self._lost(Cause.SECONDS)
                if waiting.poll(1000 * min(left, _LOOK)):
                    part = worker.line.recv(min(length - len(got), 1024**2))
                    if not part:
                        raise EOFError
                    got += part
                elif self._closing():
                    raise self._lost(Cause.CLOSING)
                elif _processor_seconds(worker.number) > cpu:
                    raise self._lost(Cause.CPU_SECONDS)
            return bytes(got)

        told, length = ANSWER.unpack(exactly(ANSWER.size))
        if told != token:
            raise self._lost(Cause.NO_ANSWER)
        if length > most:
            raise self._lost(Cause.TOO_LONG)
        return exactly(length)

    def _lost(self, cause: Cause) -> Lost:
        worker, self._worker = self._worker, None
        if worker is None:
            return Lost(cause)
        worker.line.close()
        ended = self._nursery.end(worker.number, by_itself=cause is Cause.CRASHED)
        if cause is not Cause.CRASHED:
            return Lost(cause)
        if ended.by_us and ended.signal == signal.SIGKILL:
            return Lost(Cause.NO_ANSWER)
        if ended.signal == signal.SIGKILL:
            return Lost(Cause.KILLED)
        return Lost(cause, ended.name)


def _has_more_to_say(line: socket.socket) -> bool:
    """Return whether a worker sent something that nobody asked for, or has ended."""
    looking = select.poll()
    looking.register(line, select.POLLIN)
    return bool(looking.poll(0))


def _resident(number: int) -> int:
    """Return how many bytes of memory a process holds, 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{number}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGESIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _processor_seconds(number: int) -> float:
    """Return how long a process has had a processor, 0 where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return 0.0
    try:
        # Linux, include/linux/posix-timers.h: the clock of a process's own time is named by its number.
        return time.clock_gettime((~number << 3) | 2)
    except OSError:
        return 0.0
