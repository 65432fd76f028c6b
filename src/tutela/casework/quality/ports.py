"""What the quality of the work asks of storage: one transaction at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Protocol

from tutela.access.roles import Person
from tutela.casework.case import Case
from tutela.casework.closing import Standing
from tutela.casework.quality.canary import Canary
from tutela.casework.quality.eligibility import Training
from tutela.casework.quality.findings import Key
from tutela.casework.quality.golden import GoldenItem
from tutela.casework.quality.planting import Likeness
from tutela.casework.quality.second_review import FirstDecision, SecondReview
from tutela.casework.queues import Lane
from tutela.detection.matcher import Detection
from tutela.events.envelope import Event
from tutela.events.store import EventWriter


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """That a case was opened: the event, and the case."""

    event: str
    case: str


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding on record: whom it is about, if a person, and whether it is closed."""

    id: str
    person: str | None
    closed: bool


class QualityUnit(EventWriter, Protocol):
    """One transaction of the quality of the work."""

    def lock(self, name: str) -> None:
        """Wait until no other transaction holds this name; held until the end."""
        ...

    def case(self, case_id: str, *, lock: bool = False) -> Case:
        """Return a case, locked until the end if asked; raises NoSuchCase."""
        ...

    def standing(self, case_id: str) -> Standing:
        """Return what was ordered on a case so far."""
        ...

    def mark(self, name: str) -> datetime | None:
        """Return up to when the record was followed under a name."""
        ...

    def set_mark(self, name: str, at: datetime) -> None:
        """Remember it."""
        ...

    def undrawn(self, since: datetime) -> list[FirstDecision]:
        """Return the decisions of ordinary cases closed since then on items that were never drawn."""
        ...

    def opened(self, since: datetime) -> list[OpenedCase]:
        """Return the ordinary cases opened since then after which nothing was planted."""
        ...

    def likeness(self, case_id: str, item_id: str | None = None) -> Likeness | None:
        """Return what a case looks like by one of its items, or by its first; None for one without items."""
        ...

    def second_reviews(self, *states: str) -> list[SecondReview]:
        """Return the second reviews in these states, oldest first."""
        ...

    def decision(self, case_id: str, item_id: str) -> Event | None:
        """Return the newest `item.decided` on an item of a case."""
        ...

    def escalated_by(self, case_id: str) -> str | None:
        """Return who escalated a case."""
        ...

    def seen_by(self, case_id: str, item_id: str) -> frozenset[str]:
        """Return to whom an item was shown."""
        ...

    def golden_items(self) -> list[GoldenItem]:
        """Return the golden items that can be planted."""
        ...

    def golden_item(self, golden: str) -> GoldenItem:
        """Return a golden item; raises LookupError."""
        ...

    def deciders(self) -> list[Person]:
        """Return who may decide on cases."""
        ...

    def trainings(self, person: str) -> list[Training]:
        """Return the trainings of a person."""
        ...

    def lane(self, case_id: str) -> Lane:
        """Return the lane of a case as it was opened; raises NoSuchCase."""
        ...

    def untaken(self, before: datetime, now: datetime) -> list[str]:
        """Return the golden and second cases opened before, which wait for a decision and on which nobody works."""
        ...

    def canaries(self, *states: str) -> list[Canary]:
        """Return the canaries in these states, oldest first."""
        ...

    def last_canary_at(self) -> datetime | None:
        """Return when the newest canary was planted."""
        ...

    def open_findings(self) -> list[Key]:
        """Return what open findings are about."""
        ...

    def finding(self, finding: str) -> KnownFinding:
        """Return a finding; raises LookupError."""
        ...

    def training(self, training: str) -> Training:
        """Return a training; raises LookupError."""
        ...


class QualityTransactions(Protocol):
    """Begins transactions; leaving the block commits, an exception rolls back."""

    def quality(self) -> AbstractContextManager[QualityUnit]:
        """Begin a transaction of the quality of the work."""
        ...


Detect = Callable[[bytes, Random], tuple[str, tuple[Detection, ...]]]
"""Tells the kind of a golden item, and why it would be flagged: by the matcher, or else by an entry that is drawn."""
