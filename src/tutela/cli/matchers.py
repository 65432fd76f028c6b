"""The matcher that a command works with, and its detections as lines of JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.progress import TaskID

from tutela.cli.progress import share_done
from tutela.detection.matcher import Detection, Matcher
from tutela.storage.lists.list_indexes import Progress
from tutela.storage.workplace import Workplace


def followed_matcher(place: Workplace, lists: Sequence[str] | None) -> Matcher:
    """Return a matcher over up-to-date indexes, showing how far they are where that takes a while.

    Raises UnknownList, BadSettings, CorruptSegment.
    """
    with indexing() as tell:
        return place.matcher(lists, tell)


@contextmanager
def indexing() -> Iterator[Progress]:
    """Show how far the index of each kind is."""
    with share_done() as progress:
        tasks: dict[str, TaskID] = {}

        def tell(kind: str, share: float) -> None:
            if kind not in tasks:
                tasks[kind] = progress.add_task(f"index of {kind}", total=100)
            progress.update(tasks[kind], completed=round(100 * share))

        yield tell


def shares_line(found: Detection) -> dict[str, Any] | None:
    """Return how much of two clips matches; None where they were not compared frame by frame."""
    if found.shares is None:
        return None
    return {
        "query_percent": round(found.shares.query_percent, 1),
        "entry_percent": round(found.shares.entry_percent, 1),
        "entry_seconds": list(found.shares.entry_seconds),
        "frames": found.computed,
    }


def detection_line(found: Detection) -> dict[str, Any]:
    """Return a detection as the commands write it (docs/reference/scan-lines.md)."""
    return {
        "technology": found.technology,
        "version": found.version,
        "threshold": found.threshold,
        "list": found.hashlist,
        "entry": found.entry,
        "classification": found.classification,
        "distance": found.distance,
        "orientation": found.orientation.value,
        "place": found.place.text or None,
        "shares": shares_line(found),
    }
