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
    """A report's way. It is given up, or has nothing left to tell, where `ended` stands without `filed_at`."""

    recipient: str
    ordered_at: datetime
    filed_at: datetime | None
    ended: bool


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
    filed = [(way.filed_at - way.ordered_at).total_seconds() for way in ways if way.filed_at is not None]
    ages = [(now - way.ordered_at).total_seconds() for way in ways if way.filed_at is None and not way.ended]
    lows, highs = sorted(filed + ages), sorted(filed + [math.inf] * len(ages))
    most = limit.total_seconds()

    def at(share: float) -> Span | None:
        if not lows:
            return None
        place = max(0, math.ceil(share * len(lows)) - 1)  # nearest rank
        high = highs[place]
        return Span(lows[place], None if math.isinf(high) else high)

    return Times(
        recipient=recipient,
        ordered=len(ways),
        filed=len(filed),
        open=len(ages),
        not_sent=len(ways) - len(filed) - len(ages),
        overdue=sum(age > most for age in ages),
        late=sum(took > most for took in filed),
        p50=at(0.5),
        p95=at(0.95),
        longest=at(1.0),
    )
