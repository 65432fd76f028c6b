"""How long evidence may be kept, and must be kept, as a table with dates (`retention.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

EVERY_REGIME = "*"


class BadRetentionTable(ValueError):
    """The table of clocks cannot be used; the message names the entry and what to correct."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    id: str = Field(min_length=1, max_length=63)
    title: str = Field(min_length=1)
    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")
    source: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError("it ends before it begins")
        return self

    def covers(self, day: date) -> bool:
        """Return whether a clock that starts on this day is this one."""
        return self.first <= day and (self.last is None or day <= self.last)


class Cap(_Row):
    """The longest that evidence of a regime may be kept, in months from identification."""

    regime: str
    months: int = Field(ge=1, le=600)


class Duty(_Row):
    """How many days evidence must be kept from the report to a recipient on."""

    jurisdiction: str
    recipient: str
    days: int = Field(ge=1, le=36_500)


class RetentionTable(BaseModel):
    """Caps and duties. Where several apply, the shortest cap and the longest duty count."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    cap: tuple[Cap, ...] = ()
    duty: tuple[Duty, ...] = ()

    def cap_of(self, regimes: Iterable[str], identified: date) -> Cap | None:
        """Return the shortest cap of these regimes, for what was identified on that day."""
        wanted = set(regimes)
        found = [
            cap
            for cap in self.cap
            if cap.covers(identified) and wanted and (cap.regime in wanted or cap.regime == EVERY_REGIME)
        ]
        return min(found, key=lambda cap: (cap.months, cap.id), default=None)

    def duty_of(self, recipient: str, reported: date) -> Duty | None:
        """Return the longest duty that a report to this recipient on that day begins."""
        found = [duty for duty in self.duty if duty.recipient == recipient and duty.covers(reported)]
        return max(found, key=lambda duty: (duty.days, duty.id), default=None)


def load(path: Path | None = None) -> RetentionTable:
    """Return the table in `path`, or the one that Tutela ships; raises BadRetentionTable."""
    shown = path or "retention.toml"
    try:
        text = (
            path.read_text("utf-8")
            if path
            else resources.files("tutela.regimes").joinpath("retention.toml").read_text("utf-8")
        )
        written: dict[str, Any] = tomllib.loads(text)
        return RetentionTable.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise BadRetentionTable(f"{shown}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRetentionTable(f"{shown}: {error}") from error
