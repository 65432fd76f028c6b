"""The tables find every value within the radius and none beyond, compiled and not."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.detection.matching.clusters import clustered, expected, flipped, seeds
from tutela.detection.matching import hamming_tables
from tutela.detection.matching.disk import RealDisk
from tutela.detection.matching.rows import Rows
from tutela.detection.matching.segments import building
from tutela.detection.matching.segments.segment import Segment
from tutela.detection.matching.shape import Shape

SHAPE = Shape("pdq", "hamming", 32)


def rows_of(values: NDArray[np.uint8]) -> Rows:
    count = len(values)
    return Rows(np.arange(count, dtype=np.uint64), values, np.zeros(count, np.uint32), np.ones(count, np.uint8))


def found_in(segment: Segment, queries: NDArray[np.uint8], radius: int, threads: int = 1) -> list[tuple[int, int, int]]:
    found = segment.search(queries, radius, threads)
    entries, _, _ = segment.described(found.row)
    return sorted(zip(found.query.tolist(), entries.tolist(), found.distance.tolist(), strict=True))


@pytest.fixture(autouse=True)
def _always_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "TABLES_FROM", 1)


@settings(max_examples=60, deadline=None)
@given(rng=seeds, count=st.integers(1, 600), radius=st.integers(0, 63))
def test_finds_what_comparing_everything_finds(
    tmp_path_factory: pytest.TempPathFactory, rng: np.random.Generator, count: int, radius: int
) -> None:
    values = clustered(count, rng)
    near = [flipped(values[rng.integers(count)], int(b), rng) for b in rng.integers(0, radius + 3, 12)]
    queries = np.concatenate([np.array(near), clustered(4, rng)])
    path = tmp_path_factory.mktemp("segment") / "one"
    layout = building.build_segment(path, SHAPE, rows_of(values), RealDisk())
    assert layout.organisation == "tables"
    segment = Segment(path)
    want = expected(values, queries, radius)
    assert found_in(segment, queries, radius) == want
    # Many at once are searched in another order: that of the buckets.
    many = np.tile(queries, (3, 1))
    again = [(number + turn * len(queries), row, distance) for turn in range(3) for number, row, distance in want]
    assert found_in(segment, many, radius) == sorted(again)
    assert found_in(segment, queries, radius, threads=2) == want


def test_equal_values_are_all_found_once_each(tmp_path: Path) -> None:
    value = np.random.default_rng(5).integers(0, 256, 32, dtype=np.uint8)
    # More than a search takes in one piece.
    building.build_segment(tmp_path / "one", SHAPE, rows_of(np.tile(value, (40_000, 1))), RealDisk())
    segment = Segment(tmp_path / "one")
    for radius in (0, 31, 63):
        assert found_in(segment, value[None], radius) == [(0, row, 0) for row in range(40_000)]


def test_a_radius_beyond_the_tables_is_searched_by_comparing(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    values = clustered(300, rng)
    building.build_segment(tmp_path / "one", SHAPE, rows_of(values), RealDisk())
    queries = clustered(5, rng)
    assert found_in(Segment(tmp_path / "one"), queries, 130) == expected(values, queries, 130)


@settings(max_examples=40, deadline=None)
@given(radius=st.integers(0, 63))
def test_the_thresholds_leave_no_gap(radius: int) -> None:
    share = hamming_tables.thresholds(radius)
    assert len(share) == 16
    assert sum(share) == radius + 1


_PROGRAM = """
import hashlib, numpy as np, sys
from pathlib import Path
from tests.detection.matching.clusters import clustered
from tutela.detection.compiled import COMPILED
from tutela.detection.matching.disk import RealDisk
from tutela.detection.matching.rows import Rows
from tutela.detection.matching.segments import building
from tutela.detection.matching.segments.segment import Segment
from tutela.detection.matching.shape import Shape

building.TABLES_FROM = 1
rng = np.random.default_rng(11)
values = clustered(3000, rng)
rows = Rows(np.arange(3000, dtype=np.uint64), values, np.zeros(3000, np.uint32), np.ones(3000, np.uint8))
path = Path(sys.argv[1])
building.build_segment(path, Shape("pdq", "hamming", 32), rows, RealDisk())
digest = hashlib.sha256(path.read_bytes())
segment = Segment(path)
for radius in (0, 7, 15, 16, 31, 40, 63):
    found = segment.search(clustered(40, rng), radius, 2)
    digest.update(repr(sorted(zip(*(column.tolist() for column in found)))).encode())
print(digest.hexdigest())
"""


@pytest.mark.skipif(
    find_spec("tutela_core") is None, reason="needs the compiled part: make .venv/.core with a C++ compiler"
)
def test_every_set_of_instructions_and_none_write_and_find_the_same(tmp_path: Path) -> None:
    answers = {}
    for name in ("", "portable", "avx2", "avx512"):
        environment = dict(os.environ, TUTELA_CORE_INSTRUCTIONS=name, TUTELA_NO_CORE="" if name else "1")
        command = [sys.executable, "-c", _PROGRAM, str(tmp_path / f"segment-{name}")]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if "this processor has no" not in run.stderr:
            assert run.returncode == 0, run.stderr
            answers[name] = run.stdout
    assert {"", "portable"} <= set(answers)
    assert len(set(answers.values())) == 1, answers
