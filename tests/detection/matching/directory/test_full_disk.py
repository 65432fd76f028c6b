"""No room, or a broken disk, at every step: the state before or after, no file left, and the next writer goes on."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from tests.detection.matching.directory.model import HAMMING, Put, State, observed
from tutela.detection.matching.directory.compaction import compact
from tutela.detection.matching.directory.manifest import read_manifest
from tutela.detection.matching.directory.writer import IndexWriter
from tutela.detection.matching.disk import Disk, RealDisk

UNIVERSE = range(200)
pytestmark = pytest.mark.usefixtures("small_limits", "fast_syncs")


class FullDisk(RealDisk):
    """Fails at one step, counted from 0; a file is then written in part. Cleaning up works, as on a real disk."""

    def __init__(self, step: int) -> None:
        self.left = step

    def _spend(self) -> None:
        self.left -= 1
        if self.left == -1:
            raise OSError(errno.ENOSPC, "No space left on device")

    def fill(self, path: Path, size: int) -> Any:
        self._spend()
        return super().fill(path, size)

    def settle(self, path: Path, filled: Any) -> None:
        self._spend()
        super().settle(path, filled)

    def write(self, path: Path, data: bytes) -> None:
        if self.left == 0:
            path.write_bytes(data[: len(data) // 2])
        self._spend()
        super().write(path, data)

    def write_at(self, path: Path, offset: int, data: bytes) -> None:
        if self.left == 0:
            super().write_at(path, offset, data[: len(data) // 2] if offset else b"")
        self._spend()
        super().write_at(path, offset, data)

    def sync(self, path: Path) -> None:
        self._spend()
        super().sync(path)

    def rename(self, source: Path, target: Path) -> None:
        self._spend()
        super().rename(source, target)

    def sync_folder(self, folder: Path) -> None:
        self._spend()
        super().sync_folder(folder)


CHANGES = {
    "append": (Put("one", (1,), enabled=False), Put("new", (150,))),
    "flush": (Put("one", (1,), enabled=False), Put("new", tuple(range(150, 160)))),
    "bulk": (Put("one", (1,), removed=True), Put("new", tuple(range(100, 199)))),
}


@pytest.fixture
def before(tmp_path: Path) -> State:
    """An index with three segments and a log."""
    state = State()
    with IndexWriter(tmp_path / "index", HAMMING) as writer:
        for number in range(10):
            puts = (Put("one", (3 * number, 3 * number + 1)), Put("two", (3 * number + 2,)))
            writer.apply([put.change(HAMMING) for put in puts], number + 1)
            state = state.after(puts)
        assert len(writer.segments) == 3
    return state


def names_only_what_is_there(folder: Path) -> None:
    manifest = read_manifest(folder)
    named = {manifest.log, *(s.file for s in manifest.segments), "MANIFEST", "LOCK", "COMPACT"}
    assert {p.name for p in folder.iterdir()} | {"COMPACT"} == named


def step_by_step(folder: Path, act: Any) -> int:
    """Run an act on a disk that fails at step 0, 1, ... until it comes to its end; return the number of steps."""
    for step in range(100):
        disk = FullDisk(step)
        try:
            act(disk)
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 - which step fails is what the loop looks for
            yield_to_next(folder)
        else:
            assert disk.left >= 0, "an error was swallowed"
            return step
    raise AssertionError("it never came to its end")


def yield_to_next(folder: Path) -> None:
    with IndexWriter(folder, HAMMING, wait=False):
        pass
    names_only_what_is_there(folder)


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_that_fails_is_not_there_or_whole(kind: str, before: State, tmp_path: Path) -> None:
    folder, puts = tmp_path / "index", CHANGES[kind]
    after = before.after(puts)

    def apply(disk: Disk) -> None:
        with IndexWriter(folder, HAMMING, disk) as writer:
            try:
                writer.apply([put.change(HAMMING) for put in puts], after.position)
            except OSError:
                assert observed(folder, HAMMING, UNIVERSE) in (before, after)
                with pytest.raises(RuntimeError, match="open the index again"):
                    writer.apply([put.change(HAMMING) for put in puts], after.position)
                raise

    assert step_by_step(folder, apply) >= 3
    assert observed(folder, HAMMING, UNIVERSE).entries == after.entries
    names_only_what_is_there(folder)


def test_a_merge_that_fails_changes_nothing(before: State, tmp_path: Path) -> None:
    folder = tmp_path / "index"

    def merge(disk: Disk) -> None:
        try:
            compact(folder, disk, everything=True)
        finally:
            assert observed(folder, HAMMING, UNIVERSE) == before
            assert not {p.name for p in folder.glob("merged-*")} - {s.file for s in read_manifest(folder).segments}

    assert step_by_step(folder, merge) >= 8
    assert len(read_manifest(folder).segments) == 1


def test_a_source_that_fails_half_way_changes_nothing(before: State, tmp_path: Path) -> None:
    def source() -> Any:
        yield from (put.change(HAMMING) for put in CHANGES["bulk"])
        raise ConnectionError("the database went away")

    with IndexWriter(tmp_path / "index", HAMMING) as writer:
        with pytest.raises(ConnectionError):
            writer.apply(source(), 20)
        writer.apply([put.change(HAMMING) for put in CHANGES["append"]], before.position + 1)
    assert observed(tmp_path / "index", HAMMING, UNIVERSE) == before.after(CHANGES["append"])
    names_only_what_is_there(tmp_path / "index")


def test_a_file_for_which_there_is_no_room_is_not_left_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"1,152,921,504,606,846,976 bytes for a part of the index: .*segment"):
        RealDisk().fill(tmp_path / "segment", 1 << 60)
    assert list(tmp_path.iterdir()) == []
