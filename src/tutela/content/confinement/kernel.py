"""Calls of the kernel that Python has no name for. Linux alone; elsewhere none of them is there."""

from __future__ import annotations

import ctypes
import os
import sys

LINUX = sys.platform.startswith("linux")

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38

_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def prctl(option: int, value: int, argument: object = 0) -> None:
    """Change how the kernel treats this process. Raises OSError, also where there is no such call."""
    _done(_library().prctl(option, ctypes.c_ulong(value), argument, ctypes.c_ulong(0), ctypes.c_ulong(0)))


def syscall(number: int, *arguments: object) -> int:
    """Make a system call by its number and return what it returns. Raises OSError."""
    return _done(_library().syscall(ctypes.c_long(number), *arguments))


def _library() -> ctypes.CDLL:
    if _libc is None:
        raise OSError(38, os.strerror(38))
    return _libc


def _done(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
