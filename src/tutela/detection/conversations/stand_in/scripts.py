"""The made-up scripts: who says what in which words, read from the files beside this one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tutela.detection.conversations.indicators import Indicator

LANGUAGES = ("en", "sv")
_LINE = re.compile(r"(?P<optional>\??)(?P<side>[AB])(?: (?P<indicator>[a-z]+))?: (?P<says>.+)")
_INDICATORS = {
    "secrecy": Indicator.SECRECY,
    "moving": Indicator.MOVING,
    "details": Indicator.DETAILS,
    "meeting": Indicator.MEETING,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line: side A began the conversation. Small talk stands where `says` is empty."""

    side: str
    says: tuple[str, ...]
    indicator: Indicator | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """A conversation to be made; `name` is that of its campaign or topic."""

    name: str
    scam: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Scripts:
    """All of a language. `small_talk` holds exchanges, `answers` what the other side may say at any time."""

    scams: tuple[Script, ...]
    ordinary: tuple[Script, ...]
    small_talk: tuple[tuple[Line, ...], ...]
    answers: tuple[str, ...]
    slots: dict[str, tuple[str, ...]]


@cache
def scripts(language: str) -> Scripts:
    """Return the scripts of one of LANGUAGES."""
    read: dict[str, Any] = tomllib.loads((files(__package__) / f"{language}.toml").read_text("utf-8"))
    return Scripts(
        scams=tuple(_script(one, scam=True) for one in read["scam"]),
        ordinary=tuple(_script(one, scam=False) for one in read["ordinary"]),
        small_talk=tuple(
            tuple(_line(part.strip()) for part in re.split(r"\|(?= [AB]:)", one)) for one in read["small_talk"]
        ),
        answers=tuple(read["answers"]),
        slots={name: tuple(values) for name, values in read["slots"].items()},
    )


def _script(read: dict[str, Any], *, scam: bool) -> Script:
    return Script(read["name"], scam, tuple(_line(line) for line in read["lines"].strip().splitlines()))


def _line(text: str) -> Line:
    if text == "~":
        return Line("", ())
    found = _LINE.fullmatch(text)
    if found is None:
        raise ValueError(f"no line of a script: {text!r}")
    says = tuple(one.strip() for one in found["says"].split(" | "))
    indicator = _INDICATORS[found["indicator"]] if found["indicator"] else None
    return Line(found["side"], says, indicator, bool(found["optional"]))
