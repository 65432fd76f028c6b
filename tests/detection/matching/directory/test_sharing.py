"""Several processes on one index: what is seen when, what is shared, and who waits for whom."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.commands import ROOT
from tests.detection.matching.directory.model import HAMMING, TABLES, Put, State, observed
from tutela.detection.matching.directory import compaction, log, parts
from tutela.detection.matching.directory.compaction import compact, needs_compaction, run_to_merge
from tutela.detection.matching.directory.locks import COMPACTING, IndexBusy, Lock
from tutela.detection.matching.directory.manifest import SegmentName, read_manifest
from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.directory.writer import LOG_ROWS, Change, IndexWriter
from tutela.detection.matching.rows import Rows
from tutela.detection.matching.segments.segment import Segment

UNIVERSE = range(200)


def put(folder: Path, position: int, *puts: Put) -> None:
    with IndexWriter(folder, HAMMING) as writer:
        writer.apply([p.change(HAMMING) for p in puts], position)


def test_a_change_of_another_process_is_seen_within_a_second(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    put(folder, 1, Put("one", (1,)))
    script = """
import sys
from pathlib import Path
from tests.detection.matching.directory.model import HAMMING, Put
from tutela.detection.matching.directory.writer import IndexWriter
with IndexWriter(Path(sys.argv[1]), HAMMING) as writer:
    for line in sys.stdin:
        writer.apply([Put("one", tuple(map(int, line.split()))).change(HAMMING)], writer.position + 1)
        print("done", flush=True)
"""
    readers = [IndexReader(folder) for _ in range(3)]
    command = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        # A few go to the log, many make a segment.
        for entries in ([2], [3, 4], list(range(10, 10 + LOG_ROWS + 1))):
            process.stdin.write(" ".join(map(str, entries)) + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n"
            began = time.monotonic()
            for reader in readers:
                while not {h.entry for h in reader.search([bytes(8)], 64)[0]} >= set(entries):
                    assert time.monotonic() - began < 1
        process.stdin.close()


@pytest.mark.usefixtures("small_limits")
def test_a_reader_goes_on_with_segments_that_a_merge_removed(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    for number in range(4):
        put(folder, number + 1, Put("one", tuple(range(10 * number, 10 * number + 10))))
    late = IndexReader(folder, clock=lambda: 0.0)
    before = set(read_manifest(folder).segments)
    assert compact(folder)
    put(folder, 5, Put("one", (5,), removed=True))
    assert not any((folder / s.file).exists() for s in before)
    assert len(late.search([bytes(8)], 64)[0]) == 40
    late.refresh(now=True)
    assert len(late.search([bytes(8)], 64)[0]) == 39


@pytest.mark.usefixtures("small_limits")
def test_changes_go_on_during_a_merge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, state = tmp_path / "index", State()
    for number in range(4):
        puts = (Put("one", tuple(range(10 * number, 10 * number + 10))),)
        put(folder, number + 1, *puts)
        state = state.after(puts)
    building, go_on = threading.Event(), threading.Event()

    def slow(*args: Any) -> Any:
        built = build(*args)
        building.set()
        assert go_on.wait(20)
        return built

    build = parts.build_parts
    monkeypatch.setattr(compaction, "build_parts", slow)
    result: list[bool] = []
    merging = threading.Thread(target=lambda: result.append(compact(folder)))
    merging.start()
    assert building.wait(20)
    with pytest.raises(IndexBusy, match="compacting this index"):
        compact(folder)
    changes = [(Put("late", (1, 101)),), (Put("one", (2,), removed=True),), (Put("bulk", tuple(range(50, 95))),)]
    for puts in changes:
        put(folder, state.position + 1, *puts)
        state = state.after(puts)
        assert observed(folder, HAMMING, UNIVERSE) == state
    go_on.set()
    merging.join()
    assert result == [True]
    assert observed(folder, HAMMING, UNIVERSE) == state
    assert sorted(p.name.partition("-")[0] for p in folder.iterdir()).count("merged") == 1
    assert len(read_manifest(folder).segments) <= 4


def test_a_second_writer_waits_or_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with IndexWriter(folder, HAMMING):
        with pytest.raises(IndexBusy, match="writing to this index"):
            IndexWriter(folder, HAMMING, wait=False)
        with closing(Lock(folder, COMPACTING, wait=False)), pytest.raises(IndexBusy):
            compact(folder)
        # A process that was forked off keeps the lock's file open; closing lets others in all the same.
        child = os.fork()
        if child == 0:
            time.sleep(30)
            os._exit(0)
    try:
        IndexWriter(folder, HAMMING, wait=False).close()
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def test_there_is_nothing_to_compact_where_there_is_no_index(tmp_path: Path) -> None:
    assert not needs_compaction(tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        compact(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def frame(position: int, *entries: int) -> bytes:
    change = Put("x", entries).change(HAMMING)
    zeros = np.zeros(len(entries), np.uint32)
    return log.encode(
        log.Frame(position, ("x",), Rows(change.entries, change.values, zeros, np.ones(len(entries), np.uint8)))
    )


def test_a_change_is_seen_once_all_of_it_is_in_the_log(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    IndexWriter(folder, HAMMING).close()
    path = folder / read_manifest(folder).log
    readers = [IndexReader(folder), IndexReader(folder)]
    whole = frame(1, *range(2000)) + frame(2, 5000)
    first = len(frame(1, *range(2000)))
    assert first > 40_000
    written = path.stat().st_size
    for cut in (0, 1, 11, 12, 13, 4096, first - 1, first, first + 1, len(whole) - 1, len(whole)):
        with path.open("ab") as stream:
            stream.write(whole[path.stat().st_size - written : cut])
        expected = (cut >= first) + (cut == len(whole))
        for reader in readers:
            reader.refresh(now=True)
            assert reader.position == expected
            assert len(reader) == (0, 2000, 2001)[expected]
            assert len(reader.search([bytes(8)], 64)[0]) == len(reader)


def test_readers_never_fail_while_logs_and_segments_come_and_go(tmp_path: Path, small_limits: None) -> None:
    folder = tmp_path / "index"
    put(folder, 1, Put("one", (0,)))
    stop, errors = threading.Event(), list[BaseException]()

    def read() -> None:
        reader = IndexReader(folder)
        last = 0
        try:
            while not stop.is_set():
                reader.refresh(now=True)
                position = reader.position
                found = {h.entry for h in reader.search([bytes(8)], 64)[0]}
                assert position >= last
                assert found >= set(range(position))
                last = position
                assert observed(folder, HAMMING, UNIVERSE).position >= last
        except Exception as error:  # noqa: BLE001 - the test's own thread tells
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 50):
        put(folder, number + 1, Put("one", (number, *range(100, 100 + number % 9))))
        if number % 7 == 0:
            compact(folder, everything=number % 21 == 0)
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []


def _many(count: int) -> Change:
    values = np.random.default_rng(1).integers(0, 256, (count, 32), np.uint8)
    yes = np.ones(count, np.bool_)
    return Change("one", np.arange(count, dtype=np.uint64), values, yes, ~yes)


_MEMORY = """
import sys, time
from pathlib import Path
import numpy as np
from tutela.detection.matching.directory.reader import IndexReader
def memory():
    fields = dict(line.split(":") for line in open("/proc/self/status"))
    return {name: int(fields[name].split()[0]) * 1024 for name in ("RssAnon", "RssFile")}
queries = np.random.default_rng(2).integers(0, 256, (500, 32), np.uint8)
before = memory()
began = time.perf_counter()
reader = IndexReader(Path(sys.argv[1]))
opened = time.perf_counter() - began
reader.verify()
reader.search_many(queries, 31)
after = memory()
print(after["RssAnon"] - before["RssAnon"], after["RssFile"] - before["RssFile"], opened)
writable = [l for l in open("/proc/self/maps") if "/index/" in l and not l.split()[1].startswith("r--s")]
assert not writable, writable
"""


@pytest.mark.soak
def test_the_entries_are_mapped_and_opening_is_quick(tmp_path: Path) -> None:
    count = 1_000_000 if os.environ.get("TUTELA_SOAK") else 100_000
    folder = tmp_path / "index"
    with IndexWriter(folder, TABLES) as writer:
        writer.apply([_many(count)], 1)
    size = sum(p.stat().st_size for p in folder.iterdir())
    told = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    anonymous, mapped, opened = (float(word) for word in told.stdout.split())
    assert opened < 1
    assert mapped > 0.9 * size
    assert anonymous < 0.05 * size + (8 << 20)
    print(f"{count:,}: {size / count:.1f} B an entry, opened in {1000 * opened:.1f} ms, own {anonymous / 1e6:.1f} MB")  # noqa: T201


def _after(flushes: int, segments: list[int], each: int = LOG_ROWS) -> tuple[list[int], int, int]:
    """Return the segments after so many flushes with merges in between, their highest number, and rows written."""
    most = written = 0
    for _ in range(flushes):
        segments.append(each)
        while run := run_to_merge(tuple(SegmentName("", rows) for rows in segments)):
            segments[-len(run) :] = [sum(s.rows for s in run)]
            written += segments[-1]
        most = max(most, len(segments))
    return segments, most, written


def test_merges_keep_segments_few_and_rewrite_little() -> None:
    limit = 1 << 24
    for start in ([], [10_000_000], [limit, limit, 9_000_000]):
        flushes = 4000
        segments, most, written = _after(flushes, list(start))
        added = flushes * LOG_ROWS
        assert sum(segments) == sum(start) + added
        assert max(segments) <= limit
        assert most <= len(start) + 10
        assert written <= 17 * added


def test_a_bulk_of_the_largest_segments_is_left_alone() -> None:
    limit = 1 << 24
    assert run_to_merge(tuple(SegmentName("", limit) for _ in range(20))) == ()
    assert run_to_merge((SegmentName("", limit), *(SegmentName("", 2048) for _ in range(3)))) == ()
    small = tuple(SegmentName(str(n), 2048) for n in range(4))
    assert run_to_merge((SegmentName("", limit), *small)) == small


@pytest.mark.usefixtures("small_limits")
def test_what_is_removed_is_forgotten_only_where_nothing_older_holds_it(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    put(folder, 1, Put("one", tuple(range(100))))
    for number in range(3):
        put(folder, number + 2, Put("one", tuple(range(8 * number, 8 * number + 8)), removed=True))
    put(folder, 5, Put("two", tuple(range(8))))
    state = observed(folder, HAMMING, UNIVERSE)
    assert set(state.entries) == {*range(8), *range(24, 100)}
    compact(folder)
    assert observed(folder, HAMMING, UNIVERSE) == state
    compact(folder, everything=True)
    assert observed(folder, HAMMING, UNIVERSE) == state
    assert sum(len(Segment(folder / s.file)) for s in read_manifest(folder).segments) == len(state.entries)
