"""Who works when: office hours in Sweden, holidays, two absences in summer. Times are UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from demo.people import ANNA, BO, CLARA, EMIL
from tutela.access.roles import Person

_HOLIDAYS = {(1, 1), (1, 6), (4, 18), (4, 21), (5, 1), (5, 29), (6, 6), (6, 20), (12, 24), (12, 25), (12, 26)}
_AWAY = {"anna": (date(2025, 7, 7), date(2025, 7, 25)), "bo": (date(2025, 8, 4), date(2025, 8, 15))}


@dataclass(frozen=True, slots=True)
class Session:
    """That somebody works on a queue, or on all of them, from a time for some minutes at most."""

    at: datetime
    person: Person
    minutes: float
    queue: str | None = None


def sessions(day: date) -> Iterator[Session]:
    """Return who works on a day, by time."""
    if (day.month, day.day) in _HOLIDAYS or day.weekday() == 6:
        return
    first, second = (ANNA, BO) if day.toordinal() % 2 else (BO, ANNA)
    if day.weekday() == 5:
        yield from _there(Session(_at(day, 10), first, 60))
        return
    yield from _there(Session(_at(day, 7, 30), first, 150))
    yield from _there(Session(_at(day, 12), second, 180))
    senior = CLARA if day.weekday() in (0, 2, 4) else EMIL
    yield Session(_at(day, 15, 15), senior, 90, "escalated")
    if not all(map(_is_there, (first, second), (day, day))):
        # Somebody is away: the senior helps out.
        yield Session(_at(day, 16, 50), senior, 40)


def _there(session: Session) -> Iterator[Session]:
    if _is_there(session.person, session.at.date()):
        yield session


def _is_there(person: Person, day: date) -> bool:
    first, last = _AWAY.get(person.id, (date.max, date.min))
    return not first <= day <= last


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
