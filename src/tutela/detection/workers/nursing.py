"""The line to the process that workers are forked from."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass

from tutela.detection.workers.nursery import BEGIN, BEGUN, END, ENDED, ORDER, SEE, SETUP, Setup

_KEPT = ("TUTELA_NO_CORE", "LD_LIBRARY_PATH")
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_PROGRAM = "import sys; from tutela.detection.workers.nursery import main; main(int(sys.argv[1]), sys.argv[2])"
_PATIENCE = 60.0
"""Seconds that the process may take for one order: it is slow only while it loads."""


class NoWorkers(RuntimeError):
    """No process can be started in which items could be decoded; the message says what to look at."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a worker ended. `signal` is the one that ended it, 0 if none did; `by_us`: this side wanted it."""

    signal: int
    by_us: bool

    @property
    def name(self) -> str:
        """The signal's name, or what there was instead."""
        try:
            return signal.Signals(self.signal).name if self.signal else "it left by itself"
        except ValueError:
            return f"signal {self.signal}"


class Nursery:
    """Starts and ends workers. Share it among threads. It starts with the first worker, and again if it was ended."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def warm(self) -> None:
        """Start loading what workers need; does not wait for it. Raises NoWorkers."""
        with self._lock:
            self._started()

    def begin(self, memory: int) -> tuple[int, socket.socket]:
        """Start a worker; return its number and the line to it. Raises NoWorkers."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                for last in (False, True):
                    try:
                        with self._lock:
                            line = self._started()
                            socket.send_fds(line, [ORDER.pack(BEGIN, memory)], [theirs.fileno()])
                            (worker,) = BEGUN.unpack(self._told(line, BEGUN.size))
                        return worker, ours
                    except OSError as error:
                        # It was ended from outside, and its workers with it: once more, with a new one.
                        self.close()
                        if last:
                            raise NoWorkers(_WHAT_TO_DO) from error
            except BaseException:
                ours.close()
                raise
        raise AssertionError("it returned or raised above")

    def end(self, worker: int, *, by_itself: bool = False) -> Ended:
        """See a worker end, by force if need be, and return how it did. `by_itself`: it seems to be ending."""
        try:
            with self._lock:
                line = self._started()
                line.sendall(ORDER.pack(SEE if by_itself else END, worker))
                status, by_us = ENDED.unpack(self._told(line, ENDED.size))
        except OSError:
            self.close()
            return Ended(signal.SIGKILL, by_us=True)
        return Ended(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, by_us)

    def close(self) -> None:
        """End the process and every worker of it."""
        with self._lock:
            line, process = self._line, self._process
            self._line = self._process = None
        if line is not None:
            line.close()
        if process is not None:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _started(self) -> socket.socket:
        if self._line is not None:
            return self._line
        ours, theirs = socket.socketpair()
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | _ONE_THREAD
        with theirs:
            command = [sys.executable, "-E", "-P", "-c", _PROGRAM, str(theirs.fileno())]
            try:
                self._process = subprocess.Popen(  # noqa: S603 - this program itself
                    [*command, SETUP.dump_json(self._setup).decode()],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
            except OSError as error:
                ours.close()
                raise NoWorkers(_WHAT_TO_DO) from error
        ours.settimeout(_PATIENCE)
        self._line = ours
        return ours

    @staticmethod
    def _told(line: socket.socket, length: int) -> bytes:
        got = b""
        while len(got) < length:
            part = line.recv(length - len(got))
            if not part:
                raise ConnectionResetError("the process that workers are forked from has ended")
            got += part
        return got


_WHAT_TO_DO = (
    "no process can be started in which items could be decoded: what it wrote stands above; else look at the limits of "
    "processes and memory of this account"
)
_nurseries: dict[Setup, Nursery] = {}
_making = threading.Lock()


def nursery_of(setup: Setup) -> Nursery:
    """Return the nursery of this process for a setup: it holds nothing of any item, so one serves everybody."""
    with _making:
        if not _nurseries:
            atexit.register(_close_all)
        return _nurseries.setdefault(setup, Nursery(setup))


def _close_all() -> None:
    for nursery in _nurseries.values():
        nursery.close()
