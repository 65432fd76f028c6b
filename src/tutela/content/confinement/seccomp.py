"""Seccomp: the few system calls that decoding needs once everything is loaded. Every other one fails.

The list says what may be called and not what may not: what a later kernel brings (io_uring was such a thing) is
forbidden before anybody here has heard of it. What is not listed fails with EPERM and does not end the process, since
libraries ask for things that they can do without.

Sources: Linux, include/uapi/linux/seccomp.h, filter.h and audit.h; arch/x86/entry/syscalls/syscall_64.tbl and
include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from tutela.content.confinement.kernel import LINUX, PR_SET_SECCOMP, prctl

_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_FAIL = 0x00050000
_KILL = 0x80000000
_LOAD, _EQUAL, _ANY_OF, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
_PROT_EXEC = 4
_CLONE_THREAD = 0x00010000


@dataclass(frozen=True, slots=True)
class _Machine:
    audit: int
    column: int


_MACHINES = {"x86_64": _Machine(0xC000003E, 0), "aarch64": _Machine(0xC00000B7, 1)}
# Each call with its number on x86_64 and on aarch64; -1 where the machine has none.
_CALLS = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "poll": (7, -1), "lseek": (8, 62), "munmap": (11, 215),
    "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "pread64": (17, 67), "readv": (19, 65), "writev": (20, 66), "sched_yield": (24, 124), "mremap": (25, 216),
    "madvise": (28, 233), "nanosleep": (35, 101), "getpid": (39, 172), "sendto": (44, 206), "recvfrom": (45, 207),
    "recvmsg": (47, 212), "exit": (60, 93), "gettimeofday": (96, 169), "getrusage": (98, 165), "sysinfo": (99, 179),
    "sigaltstack": (131, 132), "gettid": (186, 178), "time": (201, -1), "futex": (202, 98),
    "sched_getaffinity": (204, 123), "getppid": (110, 173), "restart_syscall": (219, 128), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "exit_group": (231, 94), "ppoll": (271, 73),
    "set_robust_list": (273, 99), "getcpu": (309, 168), "getrandom": (318, 278), "membarrier": (324, 283),
    "rseq": (334, 293),
}  # fmt: skip
# Allowed unless the argument has one of the bits: memory is never made executable, so no code can be brought along.
_WITHOUT = {"mmap": ((9, 222), 2, _PROT_EXEC), "mprotect": ((10, 226), 2, _PROT_EXEC)}
# Allowed if the argument has the bit: decoders may start threads, and no process.
_WITH = {"clone": ((56, 220), 0, _CLONE_THREAD)}
# Its arguments cannot be looked into; told that it is not there, the C library calls `clone`.
_CLONE3 = 435


class NotSupported(OSError):
    """This machine has no filter of system calls that is known here."""


def forbid_all_but_decoding() -> None:
    """Install the filter, for good. Raises NotSupported, or OSError where the kernel refuses.

    Needs that no new privileges can be gained (`PR_SET_NO_NEW_PRIVS`), and one thread.
    """
    machine = _MACHINES.get(platform.machine()) if LINUX else None
    if machine is None:
        raise NotSupported(errno.ENOSYS, "no filter of system calls for this machine")
    steps = _program(machine)
    code = ctypes.create_string_buffer(b"".join(steps))

    class _Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    program = _Program(len(steps), ctypes.addressof(code))
    prctl(PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program))


def _program(machine: _Machine) -> Sequence[bytes]:
    fail, missing = _FAIL | errno.EPERM, _FAIL | errno.ENOSYS
    # Numbers mean other calls on another architecture, which a process may switch to.
    steps = [_step(_LOAD, _ARCHITECTURE), _step(_EQUAL, machine.audit, 1, 0), _step(_RETURN, _KILL)]
    steps.append(_step(_LOAD, _NUMBER))
    for numbers in _CALLS.values():
        if (number := numbers[machine.column]) >= 0:
            steps += [_step(_EQUAL, number, 0, 1), _step(_RETURN, _ALLOW)]
    for numbers, argument, bits in _WITHOUT.values():
        steps += [_step(_EQUAL, numbers[machine.column], 0, 4), _step(_LOAD, _low_half(argument))]
        steps += [_step(_ANY_OF, bits, 0, 1), _step(_RETURN, fail), _step(_RETURN, _ALLOW)]
    for numbers, argument, bits in _WITH.values():
        steps += [_step(_EQUAL, numbers[machine.column], 0, 4), _step(_LOAD, _low_half(argument))]
        steps += [_step(_ANY_OF, bits, 1, 0), _step(_RETURN, fail), _step(_RETURN, _ALLOW)]
    steps += [_step(_EQUAL, _CLONE3, 0, 1), _step(_RETURN, missing)]
    return [*steps, _step(_RETURN, fail)]


def _low_half(argument: int) -> int:
    """Where the lower 32 bits of an argument stand, on machines that begin with the lower ones, as these do."""
    return 16 + 8 * argument


def _step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_so, if_not, value)
