"""Periods of figures, from a day to a day, told as shortly as they can be."""

from __future__ import annotations

from datetime import date

from tutela.statistics.union.period import Period, Point


def days(first: date, last: date) -> Period:
    """Return the period between two days, both included; a calendar year is told as one. Raises ValueError."""
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return Period(Point(first.year), Point(last.year))
    return Period(Point(first.year, None, first.month, first.day), Point(last.year, None, last.month, last.day))
