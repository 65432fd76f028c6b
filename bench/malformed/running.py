"""Runs malformed files through confined workers and keeps account of every one."""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from bench.malformed.files import Malformed
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.workers.engine import Workers

_AHEAD = 32
_PAGE = os.sysconf("SC_PAGESIZE")


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes of memory held: by this process, and by the largest of the processes that decode."""

    here: int
    worker: int


@dataclass
class Account:
    """What came of the files. `slowest` is in seconds, from when the answer was due to when it came."""

    files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    begun: int = 0
    seconds: float = 0.0
    early: Held | None = None
    end: Held | None = None


def run(files: Iterable[Malformed], total: int, workers: Workers, tell: Callable[[str], None]) -> Account:
    """Fingerprint all files; memory is read at a tenth and at the end. Raises what a worker's future raises."""
    kinds = tuple(installed_kinds().values())
    account, began = Account(), time.monotonic()
    ahead: deque[Future[Fingerprinted]] = deque()

    def settle() -> None:
        made = ahead.popleft().result()
        account.files += 1
        account.outcomes[made.failure.value if made.failure else "fingerprinted"] += 1
        if made.failure:
            account.reasons[made.reason[:60]] += 1
        if account.files == max(1, total // 10):
            account.early = held()
        if account.files % max(1, total // 20) == 0:
            spent = time.monotonic() - began
            tell(f"{account.files:,} of {total:,} in {spent:.0f} s: {dict(account.outcomes)}, {workers.counts.lost}")

    for one in files:
        ahead.append(workers.submit(one.data, kinds, reduced=one.number % 2 == 0))
        if len(ahead) >= _AHEAD:
            settle()
    while ahead:
        settle()
    account.end = held()
    account.seconds = time.monotonic() - began
    account.lost.update(workers.counts.lost)
    account.begun = workers.counts.begun
    return account


def held() -> Held | None:
    """Return what is held now; None where the system does not tell."""
    try:
        of_workers = [_resident(pid) for child in _children(os.getpid()) for pid in _children(child)]
        return Held(_resident(os.getpid()), max(of_workers, default=0))
    except OSError:
        return None


def processes_under(pid: int) -> list[int]:
    """Return the processes that a process started, and those that they started."""
    own = _children(pid)
    return [*own, *(inner for child in own for inner in processes_under(child))]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text("ascii").split()]
    except OSError:
        pass  # it has ended meanwhile
    return found


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE
