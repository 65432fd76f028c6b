"""Which days and users a figure of redress is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from tutela.events.obstacles import BadValue

Unit = Literal["item", "account"]
Users = Literal["all", "eu"]


@dataclass(frozen=True, slots=True)
class Period:
    """Days of UTC, the first and the last included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise BadValue(
                "a period ends on its first day or later: %(first)s to %(last)s",
                first=str(self.first),
                last=str(self.last),
            )

    def __call__(self, at: datetime) -> bool:
        """Return whether a time lies in it."""
        return self.first <= at.astimezone(UTC).date() <= self.last

    @classmethod
    def of_year(cls, year: int) -> Period:
        """Return a calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)
