"""Any byte of any file changed, any file cut: the answer is as before, or CorruptSegment names the file."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.commands import ROOT
from tests.detection.matching.directory.model import EQUAL, HAMMING, TABLES, Put, State, observed
from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.directory.writer import Change, IndexWriter
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.detection.matching.segments.segment import Segment
from tutela.detection.matching.shape import Shape

SOAK = bool(os.environ.get("TUTELA_SOAK"))
UNIVERSE = range(200)
pytestmark = pytest.mark.soak
small = pytest.mark.usefixtures("small_limits", "fast_syncs")


@pytest.fixture
def index(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, Shape, State]:
    """An index with segments and a log."""
    shape: Shape = request.param
    folder, state = tmp_path / "index", State()
    changes = [
        (Put("bulk", tuple(range(60))), Put("two", (3,), enabled=False)),
        (Put("one", tuple(range(100, 110))),),
        (Put("two", (150, 151)), Put("one", (100,), removed=True)),
        (Put("three", (152,)),),
    ]
    with IndexWriter(folder, shape) as writer:
        for puts in changes:
            writer.apply([put.change(shape) for put in puts], state.position + 1)
            state = state.after(puts)
    return folder, shape, state


def files(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.iterdir()) if p.name not in ("LOCK", "COMPACT")]


def unharmed(folder: Path, shape: Shape, state: State, damaged: Path) -> bool:
    """Return whether the answer is as before; assert that the damage is told if not."""
    try:
        seen = observed(folder, shape, UNIVERSE)
    except CorruptSegment as error:
        told = str(error)
    else:
        assert seen == state
        return True
    assert told.startswith(f"{damaged}: ")
    assert "tutela index rebuild" in told
    return False


@small
@pytest.mark.parametrize("index", [HAMMING, EQUAL], indirect=True, ids=lambda s: s.metric)
def test_a_changed_byte_is_told_or_harmless(index: tuple[Path, Shape, State]) -> None:
    folder, shape, state = index
    rng = random.Random(3)
    for path in files(folder):
        data = path.read_bytes()
        told = 0
        meant = np.flatnonzero(np.frombuffer(data, np.uint8))
        places = range(len(data)) if SOAK else {*rng.sample(range(len(data)), min(60, len(data))), *meant.tolist()[::9]}
        for place in places:
            harm = bytearray(data)
            harm[place] ^= rng.choice([1, 1 << rng.randint(1, 7), 0xFF])
            path.write_bytes(harm)
            told += not unharmed(folder, shape, state, path)
        path.write_bytes(data)
        assert told
    assert unharmed(folder, shape, state, folder)


@small
@pytest.mark.parametrize("index", [HAMMING, EQUAL], indirect=True, ids=lambda s: s.metric)
def test_a_file_that_was_cut_or_is_longer_or_missing_is_told(index: tuple[Path, Shape, State]) -> None:
    folder, shape, state = index
    for path in files(folder):
        data = path.read_bytes()
        for size in {*range(0, len(data), max(1, len(data) // (5000 if SOAK else 50))), len(data) - 1}:
            path.write_bytes(data[:size])
            # The manifest's last byte is an end of line.
            assert unharmed(folder, shape, state, path) == (path.name == "MANIFEST" and size == len(data) - 1)
        if path.name != "MANIFEST":
            path.unlink()
            assert not unharmed(folder, shape, state, path)
        path.write_bytes(data)
        # What follows the frames of a log is what a crash left.
        path.write_bytes(data + b"\xff" * 5000)
        assert unharmed(folder, shape, state, path) == path.name.startswith("log-")
        path.write_bytes(data)


@small
@pytest.mark.parametrize("index", [HAMMING, EQUAL], indirect=True, ids=lambda s: s.metric)
def test_a_writer_refuses_to_go_on_with_a_damaged_manifest_or_log(index: tuple[Path, Shape, State]) -> None:
    folder, shape, state = index
    for path in files(folder):
        if path.name.startswith("segment-"):
            continue
        data = path.read_bytes()
        before = {p.name: p.read_bytes() for p in files(folder)}
        for place in random.Random(1).sample(range(len(data) - 1), 60):
            harm = bytearray(data)
            harm[place] ^= 0x10
            path.write_bytes(harm)
            with pytest.raises(CorruptSegment, match=path.name):
                IndexWriter(folder, shape)
        path.write_bytes(data)
        assert {p.name: p.read_bytes() for p in files(folder)} == before
    assert unharmed(folder, shape, state, folder)


# In a process of its own: a search that followed a damaged number out of the file would end it.
_SEARCH = """
import sys, numpy as np
from pathlib import Path
from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.segments.layout import CorruptSegment
folder, damaged, seed, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
rng = np.random.default_rng(seed)
queries = np.frombuffer(Path(sys.argv[5]).read_bytes(), np.uint8).reshape(-1, 32)
right = IndexReader(folder).search_many(queries, 31)
assert len(right.query) >= len(queries)
data = damaged.read_bytes()
told = 0
for _ in range(times):
    harm = np.frombuffer(data, np.uint8).copy()
    place = int(rng.integers(len(data)))
    length = int(rng.choice([1, 4, 64, 5000]))
    harm[place : place + length] ^= rng.integers(1, 256, len(harm[place : place + length]), dtype=np.uint8)
    damaged.write_bytes(harm.tobytes())
    try:
        found = IndexReader(folder).search_many(queries, 31)
        assert all((a == b).all() for a, b in zip(found, right, strict=True))
    except CorruptSegment as error:
        assert str(damaged) in str(error)
        told += 1
damaged.write_bytes(data)
assert told > times // 10, told
print(told)
"""


@pytest.mark.parametrize("without_core", ["", "1"], ids=["compiled", "numpy"])
def test_damaged_tables_never_lead_out_of_the_file(without_core: str, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    count = 10_000
    values = np.random.default_rng(5).integers(0, 256, (count, 32), np.uint8)
    with IndexWriter(folder, TABLES) as writer:
        entries, yes = np.arange(count, dtype=np.uint64), np.ones(count, np.bool_)
        writer.apply([Change("one", entries, values, yes, ~yes)], 1)
        (segment,) = writer.segments
    assert Segment(folder / segment.file).file.layout.organisation == "tables"
    (tmp_path / "queries").write_bytes(values[:100].tobytes())
    times = (1000 if SOAK else 60) if not without_core else (200 if SOAK else 15)
    command = [sys.executable, "-c", _SEARCH, str(folder), str(folder / segment.file), "4", str(times)]
    done = subprocess.run(
        [*command, str(tmp_path / "queries")],
        cwd=ROOT,
        env={**os.environ, "TUTELA_NO_CORE": without_core},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_folder_made_again_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "index"

    def make(*entries: int) -> None:
        with IndexWriter(folder, HAMMING) as writer:
            writer.apply([Put("one", entries).change(HAMMING)], 1)
            writer.flush()

    make(1, 2)
    reader = IndexReader(folder)
    shutil.rmtree(folder)
    make(3, 4)
    reader.refresh(now=True)
    assert sorted(hit.entry for hit in reader.search([bytes(8)], 64)[0]) == [3, 4]
