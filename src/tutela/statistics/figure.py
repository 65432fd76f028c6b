"""A figure: a value that knows what it does not know, and the events that it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Status(StrEnum):
    """Zero, unknown, not applicable, not collected, not reported and suppressed are different things; zero is a value.

    Not collected is what nobody counts; not reported what a reporter was asked for and did not tell; suppressed what
    is told to nobody, so that no person can be found by it.
    """

    VALUE = "value"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    NOT_COLLECTED = "not_collected"
    NOT_REPORTED = "not_reported"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with its confidence bounds, all between 0 and 1. There is none of 0 in 0."""

    numerator: int
    denominator: int
    rate: float
    low: float
    high: float
    confidence: float


Participants = Literal["automated"]
"""Accounts that are counted apart: those by which a program acts."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell of a return.

    With `at_most` the value is an interval: at least `value`, at most `at_most`. `events` are the sequence numbers
    of the events that it counts, in their order; of millions they are found when they are asked for. `reason` says why
    there is no value, `note` what to know of one that there is. `rate` is that among what was reviewed, `weighted` the
    same weighted by how it was sampled. `participants` says which of the row's accounts are counted apart here.
    """

    id: str
    section: int
    case_class: str
    key: str
    meaning: str
    unit: str
    service: str | None = None
    technology: str | None = None
    participants: Participants | None = None
    status: Status = Status.VALUE
    value: int | float | str | None = None
    at_most: int | None = None
    rate: Rate | None = None
    weighted: Rate | None = None
    reason: str = ""
    note: str = ""
    events: Sequence[int] = ()

    def __post_init__(self) -> None:
        if (self.status is Status.VALUE) == (self.value is None):
            raise ValueError(f"{self.id}: a value belongs to the status `value`, and to no other")
        if self.status is not Status.VALUE and not self.reason:
            raise ValueError(f"{self.id}: {self.status.value} needs its reason")
        if self.at_most is not None and not (isinstance(self.value, int) and self.value < self.at_most):
            raise ValueError(f"{self.id}: the upper end of an interval lies above its lower end")
