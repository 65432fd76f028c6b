"""A case and its states.

```
open -> escalated -+
  |                |
  +----------------+-> dismissed          every item is "not"
                   +-> confirmed -> reported
```
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tutela.events.catalogue import Layer, Region, Verdict


class CaseState(StrEnum):
    """Where a case stands. `dismissed` and `reported` are its ends."""

    OPEN = "open"
    ESCALATED = "escalated"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    REPORTED = "reported"

    @property
    def awaits_decision(self) -> bool:
        """Whether a person has still to decide."""
        return self in (CaseState.OPEN, CaseState.ESCALATED)


class Classification(StrEnum):
    """The class of a confirmed item, for operators bound by that scheme."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"


@dataclass(frozen=True, slots=True)
class CaseItem:
    """An item of a case. `same_bytes`: it matched by a digest, so its bytes equal a listed file's."""

    id: str
    kind: str
    region: Region
    layer: Layer
    same_bytes: bool
    verdict: Verdict | None
    classification: str | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """The items of one account in one service that await, or had, one decision."""

    id: str
    service: str
    account: str | None
    layer: Layer
    state: CaseState
    opened_at: datetime
    items: tuple[CaseItem, ...]

    def item(self, item_id: str) -> CaseItem:
        """Return one of its items; raises NoSuchItem."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise NoSuchItem(f"case {self.id} has no item {item_id}")

    @property
    def undecided(self) -> list[CaseItem]:
        """Its items that nobody decided yet."""
        return [item for item in self.items if item.verdict is None]


class NoSuchCase(LookupError):
    """There is no case with this id."""


class NoSuchItem(LookupError):
    """The case has no item with this id."""


class NotPossible(ValueError):
    """The state of the case does not allow this; the message says why and what would."""
