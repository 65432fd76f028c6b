"""Decoders that misbehave, installed as fingerprints where only the workers of these tests look for them.

What one does is told by the first row of the picture, so that each item is a case of its own. A value is eight bytes: a
word that says what came of it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from tutela.content.decode import RGB
from tutela.detection.fingerprints.fingerprint import Fingerprint

_LINE = 3


class Planted:
    """Runs what the item names. It is of bytes in name alone: `of_pixels` is what runs in the worker."""

    KIND: ClassVar[str] = "planted"
    VERSION: ClassVar[str] = "1"
    BYTES: ClassVar[int] = 8
    METRIC: ClassVar[Literal["equal"]] = "equal"
    UNIT: ClassVar[str] = ""
    THRESHOLD: ClassVar[int] = 0
    NEEDS: ClassVar[Literal["pixels"]] = "pixels"
    MINIMUM_QUALITY: ClassVar[int] = 0

    def parse(self, text: str) -> bytes:
        return bytes.fromhex(text)

    def of_bytes(self, data: bytes) -> Fingerprint:
        raise TypeError

    def of_pixels(self, pixels: RGB) -> Sequence[Fingerprint]:
        # The first row of the picture is the name of what to do.
        name = bytes(pixels[0, :, 0]).rstrip(b"\0").decode()
        told = DEEDS[name]()
        return [Fingerprint(self.KIND, told.encode()[:8].ljust(8, b"\0"))]


def _tried(deed: Callable[[], object]) -> Callable[[], str]:
    """Tell whether something that a worker may not do fails."""

    def tell() -> str:
        try:
            deed()
        except PermissionError:
            return "refused"
        except OSError as error:
            return f"e{error.errno}"
        return "done"

    return tell


def _forked() -> None:
    if os.fork() == 0:
        os._exit(0)


def _trace_parent() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, os.getppid(), 0, 0) != 0:  # PTRACE_ATTACH
        raise OSError(ctypes.get_errno(), "ptrace")


def _executable_memory() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    if libc.mmap(None, ctypes.c_size_t(4096), 7, 0x22, -1, ctypes.c_size_t(0)) == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "mmap")


def _thread() -> str:
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append("ran"))
    thread.start()
    thread.join()
    return told[0]


def _crash() -> str:
    ctypes.string_at(0)
    return "survived"


def _hang() -> str:
    # In C and with every signal blocked, so that nothing of Python can end it.
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
    libc = ctypes.CDLL(None)
    while True:
        libc.nanosleep((ctypes.c_long * 2)(3600, 0), None)


def _spin() -> str:
    while True:
        pass


def _eat() -> str:
    held = []
    while True:
        held.append(bytes(16 * 1024 * 1024))


def _eat_quietly() -> str:
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = [ctypes.c_size_t]
    while True:
        # As a careless decoder does: nobody looks whether there was memory.
        ctypes.memset(libc.malloc(16 * 1024 * 1024), 1, 16 * 1024 * 1024)


def _say(data: bytes) -> Callable[[], str]:
    def say() -> str:
        os.write(_LINE, data)
        return "said"

    return say


def _say_without_end() -> str:
    while True:
        os.write(_LINE, b"\xff" * 65_536)


def _answer_twice() -> str:
    # The worker's own answer comes after this one: a header of any token, then an empty answer.
    return _say(bytes(16) + b"\0\0\0\2[]")()


def _leave() -> str:
    os._exit(0)


def _leave_something() -> str:
    # A thread goes on after the item was answered and writes into the answer to a later one.
    def later() -> None:
        time.sleep(0.2)
        os.write(_LINE, b"later")

    threading.Thread(target=later).start()
    return "left"


DEEDS: dict[str, Callable[[], str]] = {
    "fine": lambda: "fine",
    "open": _tried(lambda: Path("/etc/hostname").read_bytes()),
    "create": _tried(lambda: Path("planted").write_bytes(b"x")),
    "list": _tried(lambda: list(Path("/").iterdir())),
    "proc": _tried(lambda: Path("/proc/self/environ").read_bytes()),
    "socket": _tried(socket.socket),
    "unix": _tried(lambda: socket.socket(socket.AF_UNIX)),
    "fork": _tried(_forked),
    "run": _tried(lambda: subprocess.run([sys.executable, "-V"], check=False)),
    "exec": _tried(lambda: os.execv(sys.executable, ["python"])),  # noqa: S606
    "trace": _tried(_trace_parent),
    "kill": _tried(lambda: os.kill(os.getppid(), 9)),
    "code": _tried(_executable_memory),
    "thread": _thread,
    "env": lambda: "secret" if "PLANTED_SECRET" in os.environ else "empty",
    "crash": _crash,
    "hang": _hang,
    "spin": _spin,
    "eat": _eat,
    "malloc": _eat_quietly,
    "garbage": _say(b"garbage" * 100),
    "forged": _say(b"\0" * 16 + b"\0\0\0\2[]"),
    "huge": _say(b"\0" * 16 + b"\xff\xff\xff\xff"),
    "endless": _say_without_end,
    "twice": _answer_twice,
    "leave": _leave,
    "later": _leave_something,
}
