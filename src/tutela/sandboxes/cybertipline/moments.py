"""Reads the dates and times of XML Schema, which are wider than those of Python."""

import re
from datetime import UTC, datetime, timedelta, timezone

_MOMENT = re.compile(
    r"(?P<year>-?\d{4,})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"T(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?:(?P<utc>Z)|(?P<sign>[+-])(?P<off_hour>\d\d):(?P<off_minute>\d\d))?"
)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def parse_moment(text: str) -> datetime:
    """Return an ``xs:dateTime`` as an aware UTC time, cut to microseconds.

    A time without a zone is taken as UTC. A time outside Python's years 1 to 9999 becomes the first or the
    last time that Python knows. Raises ValueError for text that is no ``xs:dateTime``.
    """
    match = _MOMENT.fullmatch(text.strip(" \t\r\n"))
    if match is None:
        raise ValueError(f"{text!r} is not a date and time such as 2026-02-03T04:05:06Z")
    year = int(match["year"])
    if year < 1:
        return _FIRST
    if year > 9999:
        return _LAST
    offset = timedelta(hours=int(match["off_hour"] or 0), minutes=int(match["off_minute"] or 0))
    zone = timezone(-offset if match["sign"] == "-" else offset)
    midnight = datetime(year, int(match["month"]), int(match["day"]), tzinfo=zone)
    # 24:00:00 is the next day's first moment, so the time of day is added, not set.
    time_of_day = timedelta(
        hours=int(match["hour"]),
        minutes=int(match["minute"]),
        seconds=int(match["second"]),
        microseconds=int((match["fraction"] or "")[:6].ljust(6, "0")),
    )
    try:
        return (midnight + time_of_day).astimezone(UTC)
    except OverflowError:
        return _FIRST if year == 1 else _LAST
