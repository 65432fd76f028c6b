"""What an operator decides about legal process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class LegalPolicy:
    """`time_zone`: where days begin and end. `keep_days`: how long who asked, and the answer, are kept afterwards.

    `since`: from this day on every request is entered here, so that none entered means that none came.
    """

    time_zone: str = "UTC"
    keep_days: int = 365
    since: date | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.keep_days <= 3650:
            raise ValueError("legal.keep_days: from 1 to 3650")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                f"legal.time_zone: this machine knows no {self.time_zone!r}; write one such as Europe/Stockholm, or "
                "install its time zones (tzdata)"
            ) from error

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the operator's days."""
        return ZoneInfo(self.time_zone)
