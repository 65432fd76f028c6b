"""How the values of a copy differ from those of the original: parsed once, written many times."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

_PARTS = re.compile(
    r"\b(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\b"
    r"|\b(?P<pseudonym>[0-9a-f]{32})\b"
    r'|"(?P<day>\d{4}-\d\d-\d\d)"'
    r"|\b(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00))"
)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: how far it lies in time, and how far its events' sequences lie from the original's."""

    number: int
    span: timedelta
    sequences: int

    @property
    def milliseconds(self) -> int:
        """The span, which moves the time in identifiers."""
        return self.span // timedelta(milliseconds=1)


Written = Callable[[Copy], Any]
"""Returns a value as it stands in a copy, in the form in which the driver takes it."""


def written(value: Any, *, sequence: bool, text_times: bool) -> Written:
    """Return how a value is written. `text_times`: the database keeps times and days as text (SQLite)."""
    match value:
        case int() if sequence:
            return lambda copy: value + copy.sequences
        case str():
            return _text(value)
        case dict() | list():
            return _text(json.dumps(value))
        case datetime() as moment:
            at = moment.astimezone(UTC).replace(tzinfo=None)
            if text_times:
                return lambda copy: (at + copy.span).isoformat(" ", "microseconds")
            return lambda copy: moment + copy.span
        case date() as day:
            return (lambda copy: str(day + copy.span)) if text_times else (lambda copy: day + copy.span)
        case _:
            return lambda _: value


def _text(value: str) -> Written:
    pieces: list[str | Written] = []
    done = 0
    for found in _PARTS.finditer(value):
        pieces += [value[done : found.start()], _piece(found)]
        done = found.end()
    if not pieces:
        return lambda _: value
    pieces.append(value[done:])
    kept: Iterable[str | Written] = [piece for piece in pieces if piece != ""]
    return lambda copy: "".join([piece if isinstance(piece, str) else piece(copy) for piece in kept])


def _piece(found: re.Match[str]) -> Written:
    value = found[0]
    match found.lastgroup:
        case "uuid":
            at, rest = int(value[:8] + value[9:13], 16), value[13:]

            def identifier(copy: Copy) -> str:
                moved = f"{at + copy.milliseconds:012x}"
                return f"{moved[:8]}-{moved[8:]}{rest}"

            return identifier
        case "pseudonym":
            return lambda copy: f"{copy.number:06x}{value[6:]}"
        case "day":
            day = date.fromisoformat(value.strip('"'))
            return lambda copy: f'"{day + copy.span}"'
        case _:
            moment = datetime.fromisoformat(value)
            return lambda copy: (moment + copy.span).isoformat()
