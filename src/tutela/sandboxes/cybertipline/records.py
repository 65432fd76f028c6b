"""What the sandbox remembers of the reports that it was sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_LIFE_AFTER_OPENING = timedelta(hours=24)
_LIFE_AFTER_CHANGE = timedelta(hours=1)


class State(StrEnum):
    """Where a report is; everything but ``OPEN`` is final."""

    OPEN = "open"
    FINISHED = "finished"
    RETRACTED = "retracted"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Description:
    """File details as received, and when (UTC)."""

    xml: bytes
    received: datetime


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a report: 32 hex digits of id and of MD5, size in bytes, time of arrival (UTC)."""

    file_id: str
    md5: str
    size: int
    name: str | None
    received: datetime
    descriptions: tuple[Description, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report; times are UTC, ``closed`` is when it was finished, retracted or expired."""

    report_id: int
    owner: str
    state: State
    xml: bytes
    opened: datetime
    changed: datetime
    closed: datetime | None
    files: tuple[StoredFile, ...] = ()

    @property
    def expires(self) -> datetime:
        """When the report is deleted if unfinished: 24 h after opening or 1 h after the last change."""
        return max(self.opened + _LIFE_AFTER_OPENING, self.changed + _LIFE_AFTER_CHANGE)


@dataclass(frozen=True, slots=True)
class RequestNote:
    """One request: what it asked for, which report it named, what it was answered, which faults struck it.

    ``code`` and ``status`` are those of the answer that was sent; both are None where the connection was
    dropped without one.
    """

    request_id: str
    received: datetime
    endpoint: str
    owner: str | None
    report_id: int | None
    code: int | None
    status: int | None
    faults: tuple[str, ...] = ()
