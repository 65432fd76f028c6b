"""Writers and compactions killed with SIGKILL at random moments, while a reader searches all the time.

`make test` kills a writer 5 times for each of two metrics, `make soak` (TUTELA_SOAK=1) 100 times, and as often a merge.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.commands import ROOT
from tests.detection.matching.directory.killed_writer import PER_POSITION, puts_of
from tests.detection.matching.directory.model import EQUAL, HAMMING, State, value_of
from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.directory.writer import IndexWriter
from tutela.detection.matching.metrics import farthest
from tutela.detection.matching.shape import Shape

KILLS = 100 if os.environ.get("TUTELA_SOAK") else 5
pytestmark = [pytest.mark.soak, pytest.mark.timeout(1500 if KILLS > 5 else 240)]


@dataclass
class Killed:
    """A process that is started again each time it is killed; tells the last position that it acknowledged."""

    folder: Path
    shape: Shape
    task: str
    acknowledged: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def run_for(self, seconds: float) -> None:
        command = [sys.executable, "-m", "tests.detection.matching.directory.killed_writer"]
        process = subprocess.Popen(
            [*command, str(self.folder), self.shape.metric, self.task], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        told = threading.Thread(target=self._listen, args=(process.stdout,))
        assert process.stdout.readline() == "ready\n"
        told.start()
        time.sleep(seconds)
        assert process.poll() is None, "it ended by itself"
        process.kill()
        process.wait()
        told.join()
        process.stdout.close()

    def _listen(self, stdout: object) -> None:
        for line in stdout:  # type: ignore[attr-defined]
            # The last line may be cut off by the kill.
            if line.endswith("\n"):
                self.kinds[self.task] += 1
                if self.task == "write":
                    self.acknowledged = int(line)


def state_at(position: int) -> State:
    state = State()
    for done in range(1, position + 1):
        state = state.after(puts_of(done))
    return state


class Searching:
    """A reader that searches all the time for what is acknowledged, in a thread."""

    def __init__(self, folder: Path, shape: Shape, writer: Killed) -> None:
        self.reader = IndexReader(folder)
        self.shape = shape
        self.writer = writer
        self.searches = 0
        self.slowest_sight = 0.0
        self.error: BaseException | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        rng = random.Random(1)
        try:
            while not self._stop.is_set():
                latest = self.writer.acknowledged
                entries = puts_of(rng.randint(max(1, latest - 20), latest))[0].entries if latest else ()
                # The first may be removed meanwhile, the others stay.
                if len(entries) > 1:
                    self._look(rng.choice(entries[1:]))
        except BaseException as error:
            self.error = error
            raise

    def _look(self, entry: int) -> None:
        began = time.monotonic()
        while True:
            hits = self.reader.search([value_of(entry, self.shape)], 0)[0]
            self.searches += 1
            if any(hit.entry == entry for hit in hits):
                self.slowest_sight = max(self.slowest_sight, time.monotonic() - began)
                return
            assert time.monotonic() - began < 1, f"entry {entry} was acknowledged and not seen for a second"

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        assert self.error is None


@pytest.mark.parametrize("shape", [HAMMING, EQUAL], ids=lambda s: s.metric)
def test_nothing_acknowledged_is_lost_and_no_reader_fails(shape: Shape, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    IndexWriter(folder, shape).close()
    writer, compaction = Killed(folder, shape, "write"), Killed(folder, shape, "compact")
    searching = Searching(folder, shape, writer)
    rng = random.Random(20)
    try:
        for turn in range(KILLS):
            merging = threading.Thread(target=compaction.run_for, args=(rng.uniform(0.05, 0.8),))
            merging.start()
            writer.run_for(rng.uniform(0, 0.5))
            merging.join()
            reader = IndexReader(folder)
            reader.verify()
            # A change may be whole at a kill and not acknowledged yet.
            assert writer.acknowledged <= reader.position
            if turn % 10 == 0:
                assert all_entries(reader, shape, reader.position) == state_at(reader.position)
            assert searching.error is None
    finally:
        searching.stop()
    reader = IndexReader(folder)
    assert all_entries(reader, shape, reader.position) == state_at(reader.position)
    assert writer.acknowledged > KILLS // 2
    print(  # noqa: T201
        f"{shape.metric}: {KILLS} kills of a writer, {KILLS} of a merge; {writer.acknowledged} changes, "
        f"{compaction.kinds['compact']} merges, {searching.searches} searches, "
        f"the latest sight after {searching.slowest_sight:.3f} s"
    )


def all_entries(reader: IndexReader, shape: Shape, position: int) -> State:
    if shape.metric == "hamming":
        queries = [bytes(shape.width)]
    else:
        queries = sorted({value_of(e, shape) for p in range(1, position + 1) for e in puts_of(p)[0].entries})
    found = [hit for hits in reader.search(queries, farthest(shape)) for hit in hits]
    entries = {hit.entry: (reader.labels[hit.label], hit.enabled) for hit in found}
    assert len(entries) == len(found)
    assert max(entries, default=0) < (position + 1) * PER_POSITION
    return State(reader.position, entries)
