"""Builds the segments of a change or of a merge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.directory.manifest import SegmentName
from tutela.detection.matching.directory.staging import Staging
from tutela.detection.matching.disk import Disk
from tutela.detection.matching.rows import Rows
from tutela.detection.matching.segments.building import Progress, build_segment
from tutela.detection.matching.shape import Shape

_AT_ONCE = 1 << 18


def build_parts(
    folder: Path, shape: Shape, parts: Sequence[Rows], name: Callable[[int], str], disk: Disk, progress: Progress
) -> list[SegmentName]:
    """Build a segment of each part, of which the last row of each entry counts; leave out parts without rows.

    Raises OSError where there is no room: what was built until then is the caller's to remove.
    """
    built: list[SegmentName] = []
    for number, rows in enumerate(parts):
        if not len(rows):
            continue
        file = name(number)

        def report(share: float, done: int = number) -> None:
            progress((done + share) / len(parts))

        kept = last_of_each(rows.entries)
        if kept is None:
            build_segment(folder / file, shape, rows, disk, report)
            built.append(SegmentName(file, len(rows)))
            continue
        staging = Staging(folder, shape.width)
        try:
            for start in range(0, len(rows), _AT_ONCE):
                staging.add(rows.take(start + np.flatnonzero(kept[start : start + _AT_ONCE])))
            for once in staging.parts(len(rows)):
                build_segment(folder / file, shape, once, disk, report)
                built.append(SegmentName(file, len(once)))
        finally:
            staging.close()
    return built


def last_of_each(entries: NDArray[np.uint64]) -> NDArray[np.bool_] | None:
    """Return which rows are the last of their entry, or None if every entry is there once."""
    if (entries[1:] > entries[:-1]).all():
        return None
    by_entry = np.argsort(entries, kind="stable")
    ordered = entries[by_entry]
    last = np.empty(len(entries), np.bool_)
    last[by_entry[-1]] = True
    last[by_entry[:-1]] = ordered[1:] != ordered[:-1]
    return None if last.all() else last
