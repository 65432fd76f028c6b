"""A publication that was made before, as its file tells it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutela.statistics.figure import Status
from tutela.statistics.union.period import Period

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes; a publication of a year has a hundredth of it."""


class NoPublication(ValueError):
    """A file that is no publication of this register and period; the message says why."""


class _Figure(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    id: Annotated[str, Field(max_length=200)]
    status: Annotated[str, Field(max_length=40)]
    low: int | None = None


class _Days(BaseModel):
    first: date = Field(alias="from")
    last: date = Field(alias="to")


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")
    form: Literal["publication"]
    state: Annotated[str, Field(max_length=2)]
    period: _Days
    as_of: date
    figures: Annotated[list[_Figure], Field(max_length=1_000)]


@dataclass(frozen=True, slots=True)
class Published:
    """What was published on a day of the same period: `told` are counts by their figure, `hidden` were suppressed."""

    state: str
    period: Period
    as_of: date
    told: Mapping[str, int]
    hidden: frozenset[str]


def published(content: bytes) -> Published:
    """Read the `article8.json` of a publication. Raises NoPublication."""
    if len(content) > LARGEST_FILE:
        raise NoPublication(f"it has {len(content)} bytes, more than {LARGEST_FILE}")
    try:
        # JSON first: a submission is told from what is no such file at all.
        if json.loads(content).get("form") == "submission":
            raise NoPublication(
                "it is a submission, which is published nowhere; give the article8.json of a publication"
            )
        file = _File.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise NoPublication(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (ValueError, AttributeError) as error:
        if isinstance(error, NoPublication):
            raise
        raise NoPublication(f"it is no article8.json: {error}") from error
    return Published(
        file.state,
        Period.of_days(file.period.first, file.period.last),
        file.as_of,
        {f.id: f.low for f in file.figures if f.status == Status.VALUE and f.low is not None},
        frozenset(f.id for f in file.figures if f.status == Status.SUPPRESSED),
    )
