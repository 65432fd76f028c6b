"""Legal regimes as a table with dates."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any


class BadRegimeTable(ValueError):
    """The table of regimes cannot be used; the message names the entry and what to correct."""


@dataclass(frozen=True, slots=True)
class Regime:
    """A legal regime in force from `first` to `last`, both days included."""

    id: str
    title: str
    jurisdiction: str
    first: date
    last: date
    retention_days: int
    excludes: frozenset[str]
    source: str

    def covers(self, day: date) -> bool:
        """Return whether the regime is in force on that day."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class RegimeTable:
    """Regimes of one or more jurisdictions; within a jurisdiction no two overlap."""

    regimes: tuple[Regime, ...]

    def __post_init__(self) -> None:
        ordered = sorted(self.regimes, key=lambda r: (r.jurisdiction, r.first))
        if len({regime.id for regime in ordered}) < len(ordered):
            raise BadRegimeTable("two regimes have the same id: figures could not tell them apart")
        for regime in ordered:
            if regime.first > regime.last:
                raise BadRegimeTable(f"regime {regime.id!r} ends before it begins")
        for one, next_ in pairwise(ordered):
            if one.jurisdiction == next_.jurisdiction and next_.first <= one.last:
                raise BadRegimeTable(f"regimes {one.id!r} and {next_.id!r} overlap from {next_.first}")

    def on(self, day: date, jurisdiction: str = "eu") -> Regime | None:
        """Return the regime in force on that day, or None in a gap."""
        for regime in self.regimes:
            if regime.jurisdiction == jurisdiction and regime.covers(day):
                return regime
        return None

    def around(self, day: date, jurisdiction: str = "eu") -> tuple[Regime | None, Regime | None]:
        """Return the last regime that ended before the day and the first that begins after it."""
        mine = [r for r in self.regimes if r.jurisdiction == jurisdiction]
        before = max((r for r in mine if r.last < day), key=lambda r: r.last, default=None)
        after = min((r for r in mine if r.first > day), key=lambda r: r.first, default=None)
        return before, after

    def within(self, first: date, last: date, jurisdiction: str = "eu") -> list[Regime]:
        """Return the regimes in force on some day of a period, by their first day."""
        mine = [r for r in self.regimes if r.jurisdiction == jurisdiction]
        return sorted((r for r in mine if r.first <= last and r.last >= first), key=lambda r: r.first)


_EXCLUSIONS = frozenset({"audio", "end_to_end"})
_KEYS = frozenset({"id", "title", "jurisdiction", "from", "to", "retention_days", "excludes", "source"})


def _parse(entry: Any) -> Regime:
    if not isinstance(entry, dict):
        raise BadRegimeTable(f"{entry!r} is not a regime: write each under its own [[regime]]")
    if unknown := sorted(set(entry) - _KEYS):
        raise BadRegimeTable(
            f"regime {entry.get('id', '?')!r}: unknown {', '.join(unknown)}; use {', '.join(sorted(_KEYS))}"
        )
    try:
        return Regime(
            id=_text(entry["id"]),
            title=_text(entry["title"]),
            jurisdiction=_text(entry["jurisdiction"]),
            first=_day(entry["from"]),
            last=_day(entry["to"]),
            retention_days=_days(entry["retention_days"]),
            excludes=_excludes(entry.get("excludes", [])),
            source=str(entry.get("source", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadRegimeTable(f"regime {entry.get('id', '?')!r}: {error!r}") from error


def _day(value: object) -> date:
    # A datetime is a date to Python, but cannot be compared with one.
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"{value!r} is not a date such as 2026-04-03 (without quotes)")
    return value


def _days(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"retention_days is a whole number from 1, not {value!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"{value!r} is not a text")
    return value


def _excludes(value: object) -> frozenset[str]:
    # A misspelt exclusion would let through what the regime forbids.
    if not isinstance(value, list) or not all(isinstance(v, str) and v in _EXCLUSIONS for v in value):
        raise ValueError(f"excludes is a list of {', '.join(sorted(_EXCLUSIONS))}, not {value!r}")
    return frozenset(value)


def load(path: Path | None = None) -> RegimeTable:
    """Return the table in `path`, or the one that Tutela ships; raises BadRegimeTable."""
    try:
        text = (
            path.read_text("utf-8")
            if path
            else resources.files("tutela.regimes").joinpath("regimes.toml").read_text("utf-8")
        )
        entries = tomllib.loads(text).get("regime")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRegimeTable(f"{path or 'regimes.toml'}: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise BadRegimeTable(f"{path or 'regimes.toml'}: no regime in it: write each under its own [[regime]]")
    return RegimeTable(tuple(_parse(entry) for entry in entries))
