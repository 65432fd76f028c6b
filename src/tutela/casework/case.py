"""A case and its states.

```
held <-> open -> escalated -+
          ^ |               |
          | +---------------+-> dismissed --------------+   every item is "not"
          |                 +-> confirmed <-> reported -+
          |                        |                    |
          +------ opened again ----+--------------------+

held, open, escalated -> expired: its evidence came to its end before anybody decided
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tutela.events.catalogue.base import Layer, Region, Verdict
from tutela.events.obstacles import Obstacle


class CaseState(StrEnum):
    """Where a case stands. `dismissed`, `reported` and `expired` are its ends."""

    OPEN = "open"
    HELD = "held"
    ESCALATED = "escalated"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    REPORTED = "reported"
    EXPIRED = "expired"

    @property
    def awaits_decision(self) -> bool:
        """Whether a person has still to decide."""
        return self in (CaseState.OPEN, CaseState.ESCALATED)

    @property
    def is_under_way(self) -> bool:
        """Whether a decision is still to come, if only once the case is let go."""
        return self.awaits_decision or self is CaseState.HELD


_S = CaseState
TRANSITIONS: Mapping[CaseState, frozenset[CaseState]] = {
    _S.OPEN: frozenset({_S.HELD, _S.ESCALATED, _S.CONFIRMED, _S.DISMISSED, _S.EXPIRED}),
    _S.HELD: frozenset({_S.OPEN, _S.EXPIRED}),
    _S.ESCALATED: frozenset({_S.HELD, _S.CONFIRMED, _S.DISMISSED, _S.EXPIRED}),
    _S.CONFIRMED: frozenset({_S.REPORTED, _S.OPEN}),
    _S.DISMISSED: frozenset({_S.OPEN}),
    _S.REPORTED: frozenset({_S.CONFIRMED, _S.OPEN}),
    _S.EXPIRED: frozenset(),
}
"""Where a case may go from each state; storage writes no other step.

A confirmed case is reported once a report of it is filed and none waits; it is confirmed again while a supplement does.
"""


class ImpossibleTransition(RuntimeError):
    """A case cannot go from where it is to where an event would take it; nothing was written."""


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
    """The items of one account in one service that await, or had, one decision.

    `planted`: it proves the work (`golden`, `canary` or `second`) and is no case of anybody.
    """

    id: str
    service: str
    account: str | None
    layer: Layer
    state: CaseState
    opened_at: datetime
    items: tuple[CaseItem, ...]
    planted: str | None = None

    def item(self, item_id: str) -> CaseItem:
        """Return one of its items; raises NoSuchItem."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise NoSuchItem("case %(case)s has no item %(item)s", case=self.id, item=item_id)

    @property
    def undecided(self) -> list[CaseItem]:
        """Its items that nobody decided yet."""
        return [item for item in self.items if item.verdict is None]


class NoSuchCase(Obstacle, LookupError):
    """There is no case with this id."""


class NoSuchItem(Obstacle, LookupError):
    """The case has no item with this id."""


class NotPossible(Obstacle, ValueError):
    """The state of the case does not allow this; the message says why and what would."""
