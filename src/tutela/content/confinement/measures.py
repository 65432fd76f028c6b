"""All of it in the one order that works, and what of it is in force."""

from __future__ import annotations

import signal
from collections.abc import Callable
from enum import StrEnum

from tutela.content.confinement import kernel, landlock, resources, seccomp


class Measure(StrEnum):
    """One wall around decoding."""

    ENDS_WITH_PARENT = "ends with its parent"
    MEMORY = "limit of memory"
    FILES = "limits of files and dumps"
    FIRST_TO_GO = "first to go where memory runs out"
    NOT_INSPECTED = "not inspected by others"
    NO_PRIVILEGES = "no new privileges"
    NO_FILES_NO_NETWORK = "no files, no network (Landlock)"
    FEW_CALLS = "few system calls (seccomp)"


def confine(memory: int) -> frozenset[Measure]:
    """Confine this process for good and return what is in force. `memory`: bytes that it may take beyond now.

    What this system does not have is left out, never raised: whoever asked tells what is missing. Call it in a process
    with one thread that has loaded everything it needs.
    """
    known = landlock.version()
    steps: tuple[tuple[Measure, Callable[[], None]], ...] = (
        (Measure.ENDS_WITH_PARENT, lambda: kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)),
        (Measure.FIRST_TO_GO, resources.offer_first),
        (Measure.MEMORY, lambda: resources.limit_memory(memory)),
        (Measure.FILES, resources.limit_files_and_dumps),
        (Measure.NOT_INSPECTED, lambda: kernel.prctl(kernel.PR_SET_DUMPABLE, 0)),
        (Measure.NO_PRIVILEGES, lambda: kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)),
        (Measure.NO_FILES_NO_NETWORK, lambda: _landlocked(known)),
        # Last: it forbids what the others are made of.
        (Measure.FEW_CALLS, seccomp.forbid_all_but_decoding),
    )
    held = frozenset(measure for measure, step in steps if _done(step))
    if Measure.FEW_CALLS not in held:
        # With the filter no process can be started, and threads can. Without it, neither.
        _done(resources.forbid_processes)
    return held


def _landlocked(known: int) -> None:
    if not known:
        raise OSError("this kernel has no Landlock")
    landlock.forbid_everything(known)


def _done(step: Callable[[], None]) -> bool:
    try:
        step()
    except (OSError, ValueError):
        return False
    return True
