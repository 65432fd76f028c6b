"""What a worker does: it gives everything up, then answers one request after another until nobody asks any more."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from tutela.content.confinement.measures import confine
from tutela.content.decode import OverLimit, Undecodable, Unsupported
from tutela.content.item import Kind, Outcome
from tutela.content.showing import small_pixels
from tutela.content.sniff import SNIFF_BYTES, kind_of
from tutela.detection.fingerprinting import Fingerprinted, fingerprint
from tutela.detection.fingerprints.fingerprint import Fingerprint, FingerprintKind
from tutela.detection.workers.item_memory import held_by
from tutela.detection.workers.preloading import nothing_more
from tutela.detection.workers.wire import (
    ANSWER,
    GREETING,
    REQUEST,
    Showing,
    Task,
    answer_written,
    greeting_written,
    picture_written,
    task_read,
)

_CONNECTION = 3


class _Gone(Exception):
    """Nobody asks any more."""


def work(connection: socket.socket, kinds: Mapping[str, FingerprintKind], memory: int, parent: int) -> None:
    """Serve one connection until its other end is closed. Never returns into what was before the fork."""
    try:
        with _alone(connection) as line:
            measures = confine(memory)
            if os.getppid() != parent:
                return
            nothing_more()
            _send(line, GREETING, greeting_written(frozenset(measures)))
            while True:
                _answer(line, kinds)
    except (_Gone, OSError):
        return


def _alone(connection: socket.socket) -> socket.socket:
    """Keep the connection and nothing else that was open."""
    kept = connection.detach()
    if kept != _CONNECTION:
        kept = os.dup2(kept, _CONNECTION)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.closerange(_CONNECTION + 1, os.sysconf("SC_OPEN_MAX"))
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return socket.socket(fileno=kept)


def _answer(line: socket.socket, kinds: Mapping[str, FingerprintKind]) -> None:
    head, descriptors = _head(line)
    token, length, size, inline = REQUEST.unpack(head)
    task = task_read(_exactly(line, length))
    if inline:
        data = _exactly(line, size)
    else:
        (descriptor,) = descriptors
        try:
            data = held_by(descriptor, size)
        finally:
            os.close(descriptor)
    _send(line, token, _shown(task, data) if isinstance(task, Showing) else _made(task, data, kinds))


def _shown(task: Showing, data: bytes) -> bytes:
    try:
        return picture_written(small_pixels(data, task.place, task.limits, task.side))
    except (OverLimit, Undecodable, Unsupported) as error:
        return answer_written(_failed(data, str(error)), out_of_memory=MemoryError.__name__ in str(error))
    except Exception as error:  # noqa: BLE001 - as with fingerprints
        return answer_written(_failed(data, f"the decoder failed: {type(error).__name__}: {error}"))


def _made(task: Task, data: bytes, kinds: Mapping[str, FingerprintKind]) -> bytes:
    # Digests of the whole item are made outside, where no decoder can tell a lie about them.
    asked = [_MadeOutside(kinds[k], data) if kinds[k].NEEDS == "bytes" else kinds[k] for k in task.kinds]
    try:
        made = fingerprint(data, asked, task.limits, task.excludes, reduced=task.reduced)
    except MemoryError:
        return answer_written(_failed(data, ""), out_of_memory=True)
    except Exception as error:  # noqa: BLE001 - whatever a decoder raises costs its own item alone
        return answer_written(_failed(data, f"the decoder failed: {type(error).__name__}: {error}"))
    lacking = made.failure is Outcome.UNDECODABLE and MemoryError.__name__ in made.reason
    return answer_written(made, out_of_memory=lacking)


def _failed(data: bytes, reason: str) -> Fingerprinted:
    return Fingerprinted(_kind(data), len(data), (), Outcome.UNDECODABLE, reason)


def _kind(data: bytes) -> Kind:
    return kind_of(data[:SNIFF_BYTES])


class _MadeOutside:
    """A kind of digest, for what lies within an item; that of the item itself is left to who asked."""

    def __init__(self, kind: FingerprintKind, whole: bytes) -> None:
        self._kind = kind
        self._whole = whole

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kind, name)

    def of_bytes(self, data: bytes) -> Fingerprint:
        if data is self._whole:
            return Fingerprint(self._kind.KIND, bytes(self._kind.BYTES))
        return self._kind.of_bytes(data)


def _head(line: socket.socket) -> tuple[bytes, Sequence[int]]:
    head, descriptors, _, _ = socket.recv_fds(line, REQUEST.size, 1)
    if not head:
        raise _Gone
    return head + _exactly(line, REQUEST.size - len(head)), descriptors


def _exactly(line: socket.socket, length: int) -> bytes:
    got = bytearray()
    while len(got) < length:
        part = line.recv(min(length - len(got), 1024**2))
        if not part:
            raise _Gone
        got += part
    return bytes(got)


def _send(line: socket.socket, token: bytes, written: bytes) -> None:
    line.sendall(ANSWER.pack(token, len(written)) + written)
