"""The process that workers are forked from: it has loaded everything, meets no item, and does what its parent says.

Loading takes most of a second and a fork some milliseconds: so a worker that dies is replaced at once, and whoever
sends files that crash decoders slows nobody down by it.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from tutela.detection.fingerprints.embedding import EmbeddingSettings
from tutela.detection.fingerprints.fingerprint import FingerprintKind
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.workers.preloading import load_everything
from tutela.detection.workers.worker import work

ORDER = struct.Struct("!cQ")
"""What to do (BEGIN, END or SEE), and with how much memory or with which process."""
BEGUN = struct.Struct("!i")
"""The number of the new process."""
ENDED = struct.Struct("!i?")
"""How a process ended (as `os.waitpid` has it), and whether it had to be killed for it."""
BEGIN, END, SEE = b"b", b"e", b"s"
"""SEE is for a worker that has closed its line: it is most likely about to end by itself."""
_MOMENT = 0.1


@dataclass(frozen=True, slots=True)
class Setup:
    """What the workers are for. `python_path` are more folders in which fingerprints are installed."""

    embedding: EmbeddingSettings | None = None
    python_path: tuple[Path, ...] = ()


SETUP = TypeAdapter(Setup)


def main(control: int, setup: str) -> None:
    """Serve the parent's orders on a descriptor until it closes it; then nothing is left of any worker."""
    # A terminal's Ctrl-C is for the command, which ends this process by closing the line.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    given = SETUP.validate_json(setup)
    sys.path[:0] = [str(folder) for folder in given.python_path]
    load_everything()
    kinds = installed_kinds(given.embedding)
    gc.collect()
    # What is frozen is not looked at again, so that its pages stay shared with every worker.
    gc.freeze()
    workers: set[int] = set()
    with socket.socket(fileno=control) as line:
        try:
            while _obeyed(line, kinds, workers):
                pass
        finally:
            for worker in workers:
                _end(worker, 0.0)


def _obeyed(line: socket.socket, kinds: Mapping[str, FingerprintKind], workers: set[int]) -> bool:
    order, descriptors, _, _ = socket.recv_fds(line, ORDER.size, 1)
    while order and len(order) < ORDER.size:
        part = line.recv(ORDER.size - len(order))
        order = order + part if part else b""
    if not order:
        return False
    what, argument = ORDER.unpack(order)
    if what == BEGIN:
        (descriptor,) = descriptors
        worker = _begin(socket.socket(fileno=descriptor), kinds, argument)
        workers.add(worker)
        line.sendall(BEGUN.pack(worker))
    else:
        workers.discard(argument)
        line.sendall(ENDED.pack(*_end(argument, _MOMENT if what == SEE else 0.0)))
    return True


def _begin(connection: socket.socket, kinds: Mapping[str, FingerprintKind], memory: int) -> int:
    parent = os.getpid()
    worker = os.fork()
    if worker == 0:
        try:
            work(connection, kinds, memory, parent)
        finally:
            os._exit(0)
    connection.close()
    return worker


def _end(worker: int, moment: float) -> tuple[int, bool]:
    """See a worker end, by force if it has not. Nobody else waits for it, so its number is its own until then."""
    until = time.monotonic() + moment
    while True:
        found, status = os.waitpid(worker, os.WNOHANG)
        if found:
            return status, False
        if time.monotonic() >= until:
            break
        time.sleep(0.002)
    os.kill(worker, signal.SIGKILL)
    _, status = os.waitpid(worker, 0)
    return status, True
