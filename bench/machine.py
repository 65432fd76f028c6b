"""What a measurement was taken on, and how much memory a process holds."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def machine() -> dict[str, str | int | float]:
    """Return processor, cores, memory in bytes, system, Python, and the load when it was asked (one minute's mean)."""
    processor = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    return {
        "processor": processor,
        "cores": cores(),
        "memory_bytes": _kilobytes("/proc/meminfo", "MemTotal") or 0,
        "system": platform.system(),
        "python": platform.python_version(),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available() -> int | None:
    """Return the bytes of memory that are free for use; None where the system does not say."""
    return _kilobytes("/proc/meminfo", "MemAvailable")


def resident() -> int | None:
    """Return the bytes that this process holds in memory now, mapped files included."""
    return _kilobytes("/proc/self/status", "VmRSS")


def peak() -> int | None:
    """Return the most bytes that this process ever held in memory."""
    return _kilobytes("/proc/self/status", "VmHWM")


def _kilobytes(file: str, key: str) -> int | None:
    for line in _lines(file):
        name, _, rest = line.partition(":")
        if name == key:
            return 1024 * int(rest.split()[0])
    return None


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
