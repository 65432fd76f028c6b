"""A loss of power at every point of a sequence of changes leaves the state before or after the change under way."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.detection.matching.directory.model import EQUAL, HAMMING, Put, State, observed
from tests.detection.matching.directory.recording import PAGE, Luck, Op, RecordingDisk, durable, leave
from tutela.detection.matching.directory.compaction import compact
from tutela.detection.matching.directory.manifest import read_manifest
from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.directory.writer import IndexWriter
from tutela.detection.matching.shape import Shape

SOAK = bool(os.environ.get("TUTELA_SOAK"))
UNIVERSE = range(200)
pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("small_limits", "fast_syncs")]

Step = tuple[Put, ...] | str
STEPS: tuple[Step, ...] = (
    (Put("one", (0, 1, 2)),),
    (Put("two", (3,)), Put("one", (4,))),
    "torn",
    (Put("two", (1,), enabled=False), Put("three", (2,), removed=True)),
    (Put("one", tuple(range(10, 15))),),
    (),
    (Put("a label of some length " * 300, (16,)),),
    (Put("two", (10,), removed=True),),
    "reopen",
    (Put("bulk", tuple(range(20, 100))), Put("one", (20, 21), enabled=False)),
    "torn",
    (Put("two", (2, 10)),),
    "compact",
    "compact",
    (Put("one", tuple(range(100, 130))), Put("two", (30, 31), removed=True)),
    (Put("one", (30,)),),
    "compact everything",
    (Put("one", (131,)),),
)


class Recording:
    """Takes the steps, and keeps the record."""

    def __init__(self, root: Path, shape: Shape) -> None:
        self.folder = root / "index"
        self.shape = shape
        self.disk = RecordingDisk(root, State())
        with self.disk.change(State()):
            self.writer = self.opened()

    def opened(self) -> IndexWriter:
        return IndexWriter(self.folder, self.shape, self.disk)

    def take(self, step: Step) -> None:
        state: State = self.disk.state
        if isinstance(step, tuple):
            with self.disk.change(state.after(step)):
                position = state.position + 1
                self.writer.apply([put.change(self.shape) for put in step], position, stamp=f"of {position}")
            return
        with self.disk.change(state), self.closed():
            match step:
                case "torn":
                    log = next(self.folder.glob("log-*"))
                    self.disk.write_at(log, log.stat().st_size, log.read_bytes()[20:50])
                case "compact":
                    compact(self.folder, self.disk)
                case "compact everything":
                    assert compact(self.folder, self.disk, everything=True)

    @contextmanager
    def closed(self) -> Iterator[None]:
        self.writer.close()
        yield
        self.writer = self.opened()


def check(root: Path, ops: list[Op], allowed: list[State], shape: Shape, luck: Luck, rng: random.Random) -> None:
    """Assert that a reader and then a writer find an allowed state, and that the writer goes on from there.

    `ops` led here. Where they were all done, it was a kill and no loss of power; that comes while the writer opens the
    index.
    """
    folder = root / "index"
    state = observed(folder, shape, UNIVERSE)
    assert state in allowed
    base, before = (durable(root), []) if luck == "some" else ({}, ops)
    if luck != "nothing":
        again = RecordingDisk(root, state)
        IndexWriter(folder, shape, again).close()
        assert observed(folder, shape, UNIVERSE) == state
        rest = again.ops if rng.random() < 0.5 else again.ops[: rng.randint(0, len(again.ops))]
        for path in list(folder.iterdir()):
            path.unlink()
        leave(base, before + rest, root, "some", rng)
        # All of the opening done, what it found is durable; otherwise what the kill left may be lost yet.
        state = observed(folder, shape, UNIVERSE)
        assert state in (allowed if len(rest) < len(again.ops) else [again.state])
    with IndexWriter(folder, shape) as writer:
        assert writer.position == state.position
        assert writer.stamp == (f"of {state.position}" if state.position else "")
        IndexReader(folder).verify()
        assert observed(folder, shape, UNIVERSE) == state
        puts = (Put("after the crash", (5, 150)), Put("one", (1,), removed=True))
        writer.apply([put.change(shape) for put in puts], state.position + 1)
        named = 1 + len(writer.segments)
    # A merge that the crash cut off may have left segments: the next merge removes them.
    names = {p.name for p in folder.iterdir() if not p.name.startswith("merged-")} - {"LOCK", "COMPACT", "MANIFEST"}
    assert len(names) <= named
    compact(folder)
    assert observed(folder, shape, UNIVERSE) == state.after(puts)
    assert {p.name for p in folder.glob("merged-*")} <= {s.file for s in read_manifest(folder).segments}


@pytest.mark.parametrize("shape", [HAMMING, EQUAL], ids=lambda s: s.metric)
def test_every_prefix_leaves_the_state_before_or_after(shape: Shape, tmp_path: Path) -> None:
    (tmp_path / "recorded").mkdir()
    recording = Recording(tmp_path / "recorded", shape)
    for step in STEPS:
        recording.take(step)
    ops = recording.disk.ops
    assert observed(recording.folder, shape, UNIVERSE) == recording.disk.state
    kinds = {op.path.name.partition("-")[0] for op in ops}
    assert {"log", "segment", "merged", "MANIFEST.tmp"} <= kinds
    left = tmp_path / "left"
    crashes = 0
    for prefix in range(len(ops) + 1):
        last = ops[prefix - 1] if prefix else None
        torn = last and last.kind == "write" and last.path.name.startswith("log-") and len(last.data) > PAGE
        plain: list[Luck] = ["nothing", "everything", "some"]
        some: list[Luck] = ["some"] * (20 if SOAK or torn else 0)
        for luck in [*(plain if SOAK else plain[prefix % 3 :][:1]), *some]:
            shutil.rmtree(left, ignore_errors=True)
            left.mkdir()
            crashes += 1
            rng = random.Random(crashes)
            leave({}, ops[:prefix], left, luck, rng)
            try:
                check(left, ops[:prefix], recording.disk.allowed(prefix), shape, luck, rng)
            except BaseException as error:
                error.add_note(f"after {prefix} of {len(ops)} ops, {luck}; the last was {_told(ops[prefix - 1])}")
                raise
    print(f"{shape.metric}: {len(ops)} ops, {crashes} crashes")  # noqa: T201


def _told(op: Op) -> str:
    return f"{op.kind} {op.path} {op.target} at {op.offset}, {len(op.data)} bytes, of change {op.change}"
