"""Limits that the kernel holds a process to."""

from __future__ import annotations

import resource
from pathlib import Path

_FILES_OPEN = 8
_PAGE = resource.getpagesize()


def limit_files_and_dumps() -> None:
    """Let the process write no file, leave no dump of its memory, and have few things open at once."""
    for limit, most in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _FILES_OPEN),
    ):
        resource.setrlimit(limit, (most, most))


def forbid_processes() -> None:
    """Let the process start no other one. On Linux that means no thread either; root is not held to it."""
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def limit_memory(more: int) -> None:
    """Let the process take `more` bytes of address space than it has now. Raises OSError where that is not told."""
    mapped = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * _PAGE
    resource.setrlimit(resource.RLIMIT_AS, (mapped + more, mapped + more))


def offer_first() -> None:
    """Have the kernel end this process before others where the machine runs out of memory. Raises OSError."""
    Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
