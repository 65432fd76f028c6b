"""How long reports take from the decision to the receipt (18 U.S.C. 2258A: as soon as reasonably possible).

A report that still waits is not left out: how long it will have taken lies between its age and no end. So each figure
is an interval, which is one value where no open report touches it. Pure.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class ReportRules:
    """`overdue_hours`: a report that took, or has waited, longer is overdue. Raises ValueError out of 1 to 8,760."""

    overdue_hours: int = 24

    def __post_init__(self) -> None:
        if not 1 <= self.overdue_hours <= 8760:
            raise ValueError("reports.overdue_hours: from 1 to 8760")

    @property
    def limit(self) -> timedelta:
        """The same as a span."""
        return timedelta(hours=self.overdue_hours)


@dataclass(frozen=True, slots=True)
class Way:
    """So many reports to a recipient that went the same way.

    Filed after `took` seconds, or waiting since `since`; with neither they were given up, or had nothing left to tell.
    """

    recipient: str
    took: int | None = None
    since: datetime | None = None
    reports: int = 1


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds, between `low` and `high`; `high` is None where a report that waits decides it."""

    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class Times:
    """What became of the reports to one recipient that were ordered in a period.

    `overdue` of the `open` ones wait longer than the limit, `late` of the `filed` ones took longer. `not_sent` were
    given up or had nothing left to tell; they are in no span. Spans are None where there is no report.
    """

    recipient: str
    ordered: int
    filed: int
    open: int
    not_sent: int
    overdue: int
    late: int
    p50: Span | None
    p95: Span | None
    longest: Span | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def times(ways: Iterable[Way], now: datetime, limit: timedelta) -> list[Times]:
    """Return the times by recipient, in the order of their names."""
    by_recipient = defaultdict(list)
    for way in ways:
        by_recipient[way.recipient].append(way)
    return [_times(name, by_recipient[name], now, limit) for name in sorted(by_recipient)]


def _times(recipient: str, ways: list[Way], now: datetime, limit: timedelta) -> Times:
    filed = [(float(way.took), way.reports) for way in ways if way.took is not None]
    ages = [((now - way.since).total_seconds(), way.reports) for way in ways if way.took is None and way.since]
    lows, highs = sorted(filed + ages), sorted(filed + [(math.inf, reports) for _, reports in ages])
    most = limit.total_seconds()
    done, waiting = _sum(filed), _sum(ages)

    def at(share: float) -> Span | None:
        if not lows:
            return None
        place = max(1, math.ceil(share * (done + waiting)))  # nearest rank
        high = _ranked(highs, place)
        return Span(_ranked(lows, place), None if math.isinf(high) else high)

    ordered = sum(way.reports for way in ways)
    return Times(
        recipient=recipient,
        ordered=ordered,
        filed=done,
        open=waiting,
        not_sent=ordered - done - waiting,
        overdue=_sum([one for one in ages if one[0] > most]),
        late=_sum([one for one in filed if one[0] > most]),
        p50=at(0.5),
        p95=at(0.95),
        longest=at(1.0),
    )


def _sum(spans: Iterable[tuple[float, int]]) -> int:
    return sum(reports for _, reports in spans)


def _ranked(spans: Iterable[tuple[float, int]], place: int) -> float:
    """Return the span of the report at a place, from 1, of spans in their order."""
    passed = 0
    for span, reports in spans:
        passed += reports
        if passed >= place:
            return span
    raise ValueError("there are fewer reports than that")
