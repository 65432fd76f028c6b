"""Legal regimes as a table with dates."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
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


def _parse(entry: dict[str, Any]) -> Regime:
    try:
        return Regime(
            id=str(entry["id"]),
            title=str(entry["title"]),
            jurisdiction=str(entry["jurisdiction"]),
            first=_day(entry["from"]),
            last=_day(entry["to"]),
            retention_days=int(entry["retention_days"]),
            excludes=frozenset(map(str, entry.get("excludes", []))),
            source=str(entry.get("source", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadRegimeTable(f"regime {entry.get('id', '?')!r}: {error!r}") from error


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is not a date such as 2026-04-03 (without quotes)")
    return value


def load(path: Path | None = None) -> RegimeTable:
    """Return the table in `path`, or the one that Tutela ships; raises BadRegimeTable."""
    try:
        text = (
            path.read_text("utf-8")
            if path
            else resources.files("tutela.regimes").joinpath("regimes.toml").read_text("utf-8")
        )
        entries = tomllib.loads(text).get("regime", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadRegimeTable(f"{path or 'regimes.toml'}: {error}") from error
    return RegimeTable(tuple(_parse(entry) for entry in entries))
