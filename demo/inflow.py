"""When people send pictures: more at weekends and in the evening, less in summer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

_OF_WEEKDAY = (0.9, 0.85, 0.9, 1.0, 1.2, 1.6, 1.5)
"""Monday to Sunday."""
_OF_MONTH = (1.1, 1.0, 1.0, 0.95, 0.9, 0.8, 0.65, 0.75, 1.0, 1.1, 1.2, 1.3)
_OF_HOUR = (3, 2, 1, 1, 1, 2, 4, 6, 7, 7, 7, 8, 9, 8, 8, 9, 10, 12, 14, 16, 16, 14, 10, 6)
"""UTC: the service is used in Europe most."""


def moments(number: int, first: date, end: datetime, generator: random.Random) -> list[datetime]:
    """Return so many moments from the beginning of a day to before `end`, ascending."""
    days = [first + timedelta(days=n) for n in range((end.date() - first).days + 1)]
    weights = [_OF_WEEKDAY[day.weekday()] * _OF_MONTH[day.month - 1] for day in days]
    found: list[datetime] = []
    while len(found) < number:
        day = generator.choices(days, weights)[0]
        found.append(at_some_time(day, generator))
        if found[-1] >= end:
            found.pop()
    return sorted(found)


def at_some_time(day: date, generator: random.Random, hours: Sequence[int] = range(24)) -> datetime:
    """Return a moment of a day, within some hours of it."""
    hour = generator.choices(hours, [_OF_HOUR[hour] for hour in hours])[0]
    return datetime(day.year, day.month, day.day, hour, generator.randrange(60), generator.randrange(60), tzinfo=UTC)
