"""Landlock: from here on this process opens no file and no connection, whatever its user may do.

Source: Linux, include/uapi/linux/landlock.h; the numbers of the calls are the same on every architecture.
"""

from __future__ import annotations

import ctypes
import os

from tutela.content.confinement.kernel import syscall

_CREATE_RULESET = 444
_RESTRICT_SELF = 446
_VERSION = 1
# What each version of the interface has learned to forbid; later versions know all of what earlier ones do.
_FILES = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_NETWORK = {4: 0b11}
_SCOPES = {6: 0b11}


class _Ruleset(ctypes.Structure):
    _fields_ = [
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


def version() -> int:
    """Return the version of the kernel's interface, 0 where there is none."""
    try:
        return syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    except OSError:
        return 0


def forbid_everything(known: int) -> None:
    """Forbid all that version `known` can forbid: a ruleset that handles it and allows none of it. Raises OSError.

    What is open stays open. Needs that no new privileges can be gained (`PR_SET_NO_NEW_PRIVS`).
    """
    rules = _Ruleset(_upto(_FILES, known), _upto(_NETWORK, known), _upto(_SCOPES, known))
    # An older kernel refuses a longer structure unless the rest is zero, which it is: the fields came in this order.
    ruleset = syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), ctypes.c_uint32(0))
    try:
        syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _upto(learned: dict[int, int], known: int) -> int:
    return sum(bits for since, bits in learned.items() if since <= known)
