"""Periods as they are told: days, months, halves or whole years at either end."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

FIRST_YEAR, LAST_YEAR = 1990, 2200
_POINT = re.compile(r"(\d{4})(?:-H([12])|-(\d\d)(?:-(\d\d))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Point:
    """A day, or a month, half or year of which the days are not told. Raises ValueError for one that is none."""

    year: int
    half: int | None = None
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValueError(f"{self.year} lies outside {FIRST_YEAR} to {LAST_YEAR}")
        if self.half is not None and (self.half not in {1, 2} or self.month is not None):
            raise ValueError("a half is the first or the second, and has no month")
        if self.day is not None and self.month is None:
            raise ValueError("a day belongs to a month")
        if self.month is not None:
            date(self.year, self.month, self.day or 1)

    @property
    def first(self) -> date:
        """The earliest day that it can be."""
        return date(self.year, self.month or (7 if self.half == 2 else 1), self.day or 1)

    @property
    def last(self) -> date:
        """The latest day that it can be."""
        month = self.month or (6 if self.half == 1 else 12)
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        if self.half is not None:
            return f"{self.year}-H{self.half}"
        return f"{self.year}" + "".join(f"-{n:02}" for n in (self.month, self.day) if n is not None)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2021`, `2021-H2`, `2021-08` or `2021-08-02`. Raises ValueError."""
        if (found := _POINT.fullmatch(text)) is None:
            raise ValueError(f"{text!r} is no day, month, half or year")
        return cls(*(int(part) if part else None for part in found.groups()))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Period:
    """From a point to a point, both included. Raises ValueError if it ends before it begins."""

    start: Point
    end: Point

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"the period {self.start} to {self.end} ends before it begins")

    @property
    def first(self) -> date:
        """Its first day."""
        return self.start.first

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end.last

    @property
    def end_day(self) -> date:
        """The day after its last."""
        return self.last + timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def covers(self, other: Period) -> bool:
        """Return whether every day of the other lies in it."""
        return self.first <= other.first and other.last <= self.last

    def meets(self, other: Period) -> bool:
        """Return whether they share a day."""
        return self.first <= other.last and other.first <= self.last

    def within(self, year: int) -> bool:
        """Return whether it lies in that calendar year."""
        return self.start.year == self.end.year == year

    def years(self) -> range:
        """Return the calendar years that it touches."""
        return range(self.first.year, self.last.year + 1)

    def __str__(self) -> str:
        return str(self.start) if self.start == self.end else f"{self.start}/{self.end}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a point, or two with a slash between them. Raises ValueError."""
        start, slash, end = text.partition("/")
        return cls(Point.parse(start), Point.parse(end if slash else start))

    @classmethod
    def of_days(cls, first: date, last: date) -> Self:
        """Return the period of two days, as years where it is of whole ones. Raises ValueError."""
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            return cls(Point(first.year), Point(last.year))
        return cls(Point(first.year, None, first.month, first.day), Point(last.year, None, last.month, last.day))

    @classmethod
    def of_year(cls, year: int) -> Self:
        """Return a calendar year."""
        return cls(Point(year), Point(year))


def spanning(periods: list[Period]) -> Period | None:
    """Return the shortest period that covers all, or None for none; of ends on one day, the one told most exactly."""
    if not periods:
        return None
    start = min((p.start for p in periods), key=lambda p: (p.first, p.last))
    return Period(start, max((p.end for p in periods), key=lambda p: (p.last, p.first)))
