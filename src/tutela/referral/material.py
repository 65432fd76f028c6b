"""What a report may state: nothing but what records hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tutela.casework.evidence import ItemRecord
from tutela.casework.review import Sign


@dataclass(frozen=True, slots=True)
class FileMaterial:
    """A confirmed item. `viewed`: the record holds a look by the person who decided, before the decision.

    `repeats` are the records of the times that the account sent it again while the case was open. `signs`, `urgent` (a
    child is in danger now) and `legality` (jurisdiction and status) are what the decision says, as far as it does.
    """

    item: str
    record: ItemRecord
    verdict: Literal["known", "new"]
    classification: str | None
    viewed: bool
    load: Callable[[], bytes]
    repeats: tuple[ItemRecord, ...] = ()
    signs: frozenset[Sign] = frozenset()
    urgent: bool | None = None
    legality: tuple[tuple[str, str], ...] = ()

    @property
    def records(self) -> tuple[ItemRecord, ...]:
        """Its record, and those of its repeats."""
        return (self.record, *self.repeats)


@dataclass(frozen=True, slots=True)
class WithdrawnMaterial:
    """An item that earlier reports said to be confirmed, and that a person or a complaint found to be none.

    `report_id` and `file_id` are the recipient's own for it, from the latest report that said so. `record` is none
    once the evidence was erased; `flagged_at` and `service_name` are of the item, and stay.
    """

    item: str
    report_id: str
    file_id: str | None
    flagged_at: datetime
    service_name: str
    decided_at: datetime | None
    record: ItemRecord | None


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
    """Everything a builder may draw on. Raises ValueError if there is neither an item nor one to withdraw.

    `prior` are the numbers of the earlier reports of the case to this recipient, oldest first. `urgent` are the times
    at which people said that a child is in danger now, oldest first, as far as what they said still stands.
    """

    referral: str
    case: str
    reporter: Reporter
    items: tuple[FileMaterial, ...]
    suspension: SuspensionMaterial | None
    prior: tuple[str, ...] = ()
    withdrawn: tuple[WithdrawnMaterial, ...] = ()
    urgent: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        if not self.items and not self.withdrawn:
            raise ValueError(f"referral {self.referral} has no item to report")


class NothingToTell(LookupError):
    """By the present verdicts the report says nothing: it is not sent."""
