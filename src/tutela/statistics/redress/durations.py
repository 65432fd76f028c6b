"""How long something took: the median, and what 95 of 100 stayed within."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Durations:
    """Of so many: the median and the 95th percentile, each the time of one that was measured (nearest rank)."""

    count: int
    median: timedelta
    p95: timedelta


def durations(times: Sequence[timedelta]) -> Durations | None:
    """Return the durations of what was measured; none of nothing."""
    if not times:
        return None
    ordered = sorted(times)

    def rank(percent: int) -> timedelta:
        return ordered[-(-percent * len(ordered) // 100) - 1]

    return Durations(len(ordered), rank(50), rank(95))
