"""What a report may state: nothing but what records hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tutela.casework.evidence import ItemRecord


@dataclass(frozen=True, slots=True)
class FileMaterial:
    """A confirmed item. `viewed`: the record holds a look by the person who decided, before the decision.

    `repeats` are the records of the times that the account sent it again while the case was open.
    """

    item: str
    record: ItemRecord
    verdict: Literal["known", "new"]
    classification: str | None
    viewed: bool
    load: Callable[[], bytes]
    repeats: tuple[ItemRecord, ...] = ()

    @property
    def records(self) -> tuple[ItemRecord, ...]:
        """Its record, and those of its repeats."""
        return (self.record, *self.repeats)


@dataclass(frozen=True, slots=True)
class SuspensionMaterial:
    """That the platform confirmed the suspension of the account, and when."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports: the provider's contact, from the configuration."""

    organisation: str
    first_name: str
    last_name: str
    email: str


@dataclass(frozen=True, slots=True)
class ReportMaterial:
    """Everything a builder may draw on. Raises ValueError without an item."""

    referral: str
    case: str
    reporter: Reporter
    items: tuple[FileMaterial, ...]
    suspension: SuspensionMaterial | None

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError(f"referral {self.referral} has no item to report")
