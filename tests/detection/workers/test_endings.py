"""Processes that end from outside, and what is left of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.malformed.running import processes_under
from tests.content.pictures import encoded, texture
from tests.detection.workers.conftest import KINDS, Opening, item
from tutela.content.item import Limits
from tutela.detection.fingerprinting import fingerprint
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.workers.engine import Workers
from tutela.detection.workers.nursing import NoWorkers

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are looked up in /proc")
USUAL = tuple(installed_kinds().values())
PICTURE = encoded(texture(), "JPEG")
RIGHT = fingerprint(PICTURE, USUAL, Limits())

# A command that is at work when its end comes: it prints its processes' numbers, and then waits for a file that hangs.
_COMMAND = """
import os, signal, sys, time
from pathlib import Path
from bench.malformed.running import processes_under
from tests.detection.workers.conftest import KINDS, item
from tutela.content.item import Limits
from tutela.detection.workers.engine import Workers

# A shell that runs something beside it has it ignore this signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
workers = Workers(2, Limits(), python_path=(Path(sys.argv[1]),))
workers.fingerprint(item("fine"), KINDS)
hanging = [workers.submit(item("hang"), KINDS) for _ in range(2)]
while len(processes_under(os.getpid())) < 3:
    time.sleep(0.01)
print(*processes_under(os.getpid()), flush=True)
try:
    hanging[0].result()
except KeyboardInterrupt:
    workers.close()
"""


def test_a_nursery_that_is_killed_is_made_again(opening: Opening) -> None:
    workers = opening()
    assert workers.fingerprint(PICTURE, USUAL) == RIGHT
    for _ in range(2):
        for process in processes_under(os.getpid()):
            if process in _nurseries():
                os.kill(process, signal.SIGKILL)
        assert workers.fingerprint(PICTURE, USUAL) == RIGHT
    assert not workers.counts.lost


def test_a_worker_that_is_killed_from_outside_costs_nothing(opening: Opening) -> None:
    workers = opening()
    for _ in range(3):
        assert workers.fingerprint(PICTURE, USUAL) == RIGHT
        for process in processes_under(os.getpid()):
            if process not in _nurseries():
                os.kill(process, signal.SIGKILL)
    assert workers.fingerprint(item("fine"), KINDS).failure is None
    assert not workers.counts.lost


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_a_command_that_ends(planted_path: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-c", _COMMAND, str(planted_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        numbers = [int(n) for n in process.stdout.readline().split()]
        assert len(numbers) >= 3
        process.send_signal(how)
        process.wait(60)
    until = time.monotonic() + 60
    while any(_alive(n) for n in numbers) and time.monotonic() < until:
        time.sleep(0.02)
    assert not [n for n in numbers if _alive(n)]


def _nurseries() -> set[int]:
    """The processes that this one started itself, and not those that were forked from them."""
    own = set(processes_under(os.getpid()))
    return own - {inner for one in own for inner in processes_under(one)}


def _alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_where_no_worker_can_be_started_it_is_said_and_no_item_is_lost(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    workers = Workers(1, Limits(), python_path=(tmp_path,))
    with pytest.raises(NoWorkers, match="limits of processes and memory"):
        workers.fingerprint(PICTURE, USUAL)
    monkeypatch.undo()
    assert workers.fingerprint(PICTURE, USUAL) == RIGHT
    workers.close()
