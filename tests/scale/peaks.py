"""What a command takes, it and the processes that it starts: time by the clock, computing, memory (Linux)."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OFTEN = 0.05
_PER_KB = 1024


@dataclass(frozen=True, slots=True)
class Peaks:
    """`together_mb`: the most that all processes had in memory at once, what they share counted for each.

    `each_mb` is the peak of each process that had more than 20 MB, highest first.
    """

    seconds: float
    user: float
    system: float
    together_mb: int
    each_mb: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "seconds": round(self.seconds, 1),
            "user_seconds": round(self.user, 1),
            "system_seconds": round(self.system, 1),
            "together_mb": self.together_mb,
            "each_mb": list(self.each_mb),
        }


def watched(command: list[str], environment: dict[str, str]) -> Peaks:
    """Run a command whose output nobody needs; raises CalledProcessError if it fails."""
    before, began = os.times(), time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    together, highest = 0, dict[int, int]()
    while process.poll() is None:
        found = {one: memory for one in _with_children(process.pid) if (memory := _memory(one))}
        together = max(together, sum(now for now, _ in found.values()))
        for one, (_, peak) in found.items():
            highest[one] = max(highest.get(one, 0), peak)
        time.sleep(OFTEN)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    after = os.times()
    each = sorted((peak // _PER_KB for peak in highest.values() if peak > 20 * _PER_KB), reverse=True)
    return Peaks(
        time.monotonic() - began,
        after.children_user - before.children_user,
        after.children_system - before.children_system,
        together // _PER_KB,
        tuple(each),
    )


def _with_children(process: int) -> list[int]:
    found = [process]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text().split()]
            except OSError:
                continue
    return found


def _memory(process: int) -> tuple[int, int] | None:
    """Return what a process has in memory and had at most, in kilobytes; None where it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    except OSError:
        return None
    values = dict(line.split(":", 1) for line in lines if line.startswith(("VmRSS:", "VmHWM:")))
    return (int(values["VmRSS"].split()[0]), int(values["VmHWM"].split()[0])) if len(values) == 2 else None
