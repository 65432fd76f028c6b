"""What the desk asks of storage: looks at evidence, who works on what, and how much somebody looked at."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tutela.casework.care import Break
from tutela.casework.claims import Claim
from tutela.casework.ports import CaseUnit
from tutela.casework.quality.eligibility import Training
from tutela.casework.queues import Lane, Order
from tutela.events.obstacles import Obstacle


@dataclass(frozen=True, slots=True)
class Look:
    """A recorded request of a person to see an item. `shown`: the picture went out."""

    id: str
    case: str
    item: str
    person: str
    shown: bool


class NoSuchView(Obstacle, LookupError):
    """There is no look with this id."""


class DeskUnit(CaseUnit, Protocol):
    """One transaction of the desk."""

    def lock(self, name: str) -> None:
        """Wait until no other transaction holds this name; held until the end."""
        ...

    def look(self, view_id: str, *, lock: bool = False) -> Look:
        """Return a look, locked until the end if asked; raises NoSuchView."""
        ...

    def trainings(self, person: str) -> list[Training]:
        """Return the trainings of a person."""
        ...

    def excluded(self, case_id: str) -> frozenset[str]:
        """Return who may not take a case, since they know its answer."""
        ...

    def looks_since(self, person: str, since: datetime) -> list[datetime]:
        """Return when a person asked for looks after `since`, ascending."""
        ...

    def last_break(self, person: str) -> Break | None:
        """Return the latest break of a person."""
        ...

    def claim(self, case_id: str, now: datetime) -> Claim | None:
        """Return who works on a case, while it has not run out."""
        ...

    def keep_claim(self, claim: Claim) -> None:
        """Let a claim stand in place of another one on the case."""
        ...

    def drop_claim(self, case_id: str) -> None:
        """Let nobody work on a case."""
        ...

    def drop_claims_of(self, person: str) -> None:
        """End the claims of a person that no senior gave them."""
        ...

    def take_claim(self, claim: Claim, now: datetime) -> bool:
        """Claim a case unless somebody else, in this or another transaction, has done so; return whether it worked."""
        ...

    def assigned_to(self, person: str, now: datetime) -> list[str]:
        """Return the cases that a senior gave to a person and that still await a decision, oldest first."""
        ...

    def lanes(self) -> list[Lane]:
        """Return the lanes in which cases are, whoever works on them."""
        ...

    def offered(self, lanes: Sequence[Lane], order: Order, person: str, now: datetime, limit: int) -> list[str]:
        """Return the first cases of those lanes that nobody works on and the person did not skip."""
        ...

    def skips_since(self, person: str, since: datetime) -> int:
        """Return how many cases a person skipped after `since`."""
        ...

    def is_urgent(self, case_id: str) -> bool:
        """Return whether the case is marked as one with a child in danger now."""
        ...


class DeskTransactions(Protocol):
    """Begins the desk's transactions; leaving the block commits, an exception rolls back."""

    def casework(self) -> AbstractContextManager[DeskUnit]:
        """Begin a transaction of the casework."""
        ...
