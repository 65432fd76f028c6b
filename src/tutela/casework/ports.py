"""What casework asks of storage: one transaction at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from tutela.casework.actions import Action
from tutela.casework.case import Case
from tutela.casework.closing import Standing
from tutela.casework.entries.clusters import ClusterUnit
from tutela.casework.redress import Complaint
from tutela.content.item import Outcome
from tutela.events.catalogue.base import Region
from tutela.events.catalogue.intake import TallyRow
from tutela.events.store import EventWriter


@dataclass(frozen=True, slots=True)
class Batch:
    """Items taken in together. `identity` finds an interrupted one again; a `daily` one ends with its day (UTC)."""

    id: str
    identity: str
    service: str
    opened_at: datetime
    daily: bool = False


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """That an item was taken in, and how it ended: a keyed id and an outcome, nothing else."""

    key: str
    outcome: Outcome


class IntakeUnit(ClusterUnit, EventWriter, Protocol):
    """One transaction of the intake."""

    def lock(self, name: str) -> None:
        """Wait until no other transaction holds this name; held until the end."""
        ...

    def open_batch(self, batch: Batch) -> Batch:
        """Return the open batch with this identity, opening this one if there is none."""
        ...

    def is_open(self, batch: str) -> bool:
        """Return whether the batch is open."""
        ...

    def open_batches(self) -> list[Batch]:
        """Return the batches that are not closed, oldest first."""
        ...

    def ledger(self, batch: str, keys: Collection[str]) -> dict[str, Outcome]:
        """Return how those items ended that are in the ledger."""
        ...

    def enter(self, batch: str, lines: Sequence[LedgerLine], counts: Sequence[TallyRow]) -> None:
        """Add items to the ledger and to the batch's running counts."""
        ...

    def counts(self, batch: str) -> list[TallyRow]:
        """Return the running counts of a batch."""
        ...

    def close_batch(self, batch: str) -> None:
        """Remove the batch with its ledger and running counts."""
        ...

    def match_no_more(self, entries: Collection[int]) -> Collection[int]:
        """Return which of these entries may not match now, whatever an index said that lags behind the lists."""
        ...

    def awaiting_case(self, service: str, account: str) -> str | None:
        """Return the case of an account that awaits a decision."""
        ...

    def item_with_content(
        self, service: str, account: str | None, content: str, *, settled_too: bool
    ) -> tuple[str, str] | None:
        """Return the case and item in which this account sent this content.

        Only where the case awaits a decision or the item was decided to be harmless, unless `settled_too`.
        """
        ...

    def refusal_recorded(self, service: str, region: Region, day: date) -> bool:
        """Return whether that refusal is in the record already."""
        ...


class CaseUnit(EventWriter, Protocol):
    """One transaction of the casework."""

    def case(self, case_id: str, *, lock: bool = False) -> Case:
        """Return a case, locked until the end if asked; raises NoSuchCase."""
        ...

    def has_viewed(self, case_id: str, item_id: str, person: str) -> bool:
        """Return whether the record holds a look of that person at that item."""
        ...

    def standing(self, case_id: str) -> Standing:
        """Return what was ordered on a case so far; lock the case first."""
        ...

    def action(self, action_id: str, *, lock: bool = False) -> Action:
        """Return an action; raises LookupError."""
        ...

    def complaint(self, complaint_id: str, *, lock: bool = False) -> Complaint:
        """Return a complaint; raises LookupError."""
        ...


class Transactions(Protocol):
    """Begins transactions; leaving the block commits, an exception rolls back."""

    def intake(self) -> AbstractContextManager[IntakeUnit]:
        """Begin a transaction of the intake."""
        ...

    def casework(self) -> AbstractContextManager[CaseUnit]:
        """Begin a transaction of the casework."""
        ...
