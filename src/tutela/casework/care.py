"""Care for reviewers: how much somebody looks at, and when the system asks them to rest. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tutela.events.catalogue.review import BreakCause

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


class Limit(StrEnum):
    """Why a look has to wait."""

    LOOKS_PER_HOUR = "looks_per_hour"
    LOOKS_PER_DAY = "looks_per_day"
    BREAK_AFTER = "break_after"
    ON_BREAK = "on_break"


@dataclass(frozen=True, slots=True)
class CareLimits:
    """What one person looks at, at most. 0 is no limit.

    `break_after_minutes`: how long somebody looks at items without a rest of `break_minutes`. A day is the last 24
    hours. Looks are counted when they are asked for: one that did not arrive counts too.
    """

    looks_per_hour: int = 0
    looks_per_day: int = 0
    break_after_minutes: int = 0
    break_minutes: int = 10

    def __post_init__(self) -> None:
        """Refuse what is below 0, and a break that takes no time."""
        for name in ("looks_per_hour", "looks_per_day", "break_after_minutes"):
            if getattr(self, name) < 0:
                raise ValueError(f"care.{name} is 0 (no limit) or more")
        if self.break_minutes < 1:
            raise ValueError("care.break_minutes is 1 or more")

    @property
    def rest(self) -> timedelta:
        """How long a break lasts."""
        return timedelta(minutes=self.break_minutes)

    @property
    def horizon(self) -> timedelta:
        """How far back the looks are needed to judge."""
        return max(DAY, timedelta(minutes=self.break_after_minutes + 2 * self.break_minutes))


@dataclass(frozen=True, slots=True)
class Break:
    """A rest of a person; `ended_at` is None while it lasts."""

    began_at: datetime
    ended_at: datetime | None
    cause: BreakCause


@dataclass(frozen=True, slots=True)
class Exposure:
    """What somebody looked at, and what follows. `until` is when they may look again; None: they may now."""

    last_hour: int
    last_day: int
    looking_since: datetime | None
    limit: Limit | None
    until: datetime | None
    on_break: Break | None


class RestNeeded(RuntimeError):
    """A look has to wait: the person reached a limit, or is on a break. Nothing was recorded."""

    def __init__(self, exposure: Exposure) -> None:
        assert exposure.limit is not None  # noqa: S101 - raised for nothing else
        assert exposure.until is not None  # noqa: S101
        super().__init__(exposure.limit.value)
        self.limit = exposure.limit
        self.until = exposure.until


def exposure(limits: CareLimits, looks: Sequence[datetime], last: Break | None, now: datetime) -> Exposure:
    """Return what a person's looks come to. `looks`: when they asked for one, within `limits.horizon`, ascending.

    `last` is their latest break. Of several limits the one that lasts longest is named.
    """
    hour = [at for at in looks if at > now - HOUR]
    day = [at for at in looks if at > now - DAY]
    since = _looking_since(limits, looks, last, now)
    waits: list[tuple[datetime, Limit]] = []
    if limits.looks_per_hour and len(hour) >= limits.looks_per_hour:
        waits.append((hour[-limits.looks_per_hour] + HOUR, Limit.LOOKS_PER_HOUR))
    if limits.looks_per_day and len(day) >= limits.looks_per_day:
        waits.append((day[-limits.looks_per_day] + DAY, Limit.LOOKS_PER_DAY))
    if limits.break_after_minutes and since and now - since >= timedelta(minutes=limits.break_after_minutes):
        waits.append((looks[-1] + limits.rest, Limit.BREAK_AFTER))
    resting = last if last is not None and last.ended_at is None else None
    if resting is not None:
        waits.append((max(resting.began_at + limits.rest, now), Limit.ON_BREAK))
    until, limit = max(waits) if waits else (None, None)
    return Exposure(len(hour), len(day), since, limit, until, resting)


def _looking_since(limits: CareLimits, looks: Sequence[datetime], last: Break | None, now: datetime) -> datetime | None:
    rested = last.ended_at if last and last.ended_at and last.ended_at - last.began_at >= limits.rest else None
    since, after = None, now
    for at in reversed(looks):
        if after - at >= limits.rest or (rested is not None and at <= rested):
            break
        since = after = at
    return since
