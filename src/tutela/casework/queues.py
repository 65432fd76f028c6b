"""Queues: which cases are worked by whom, in which order. Pure.

A case is in exactly one queue, found from its lane alone: built-in queues take what is held, urgent and escalated;
then the first configured rule that fits; the rest goes to the queue `other`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tutela.access.roles import Permission, Person, Role
from tutela.casework.case import CaseState
from tutela.casework.severity import URGENT
from tutela.events.catalogue.base import Layer


class Order(StrEnum):
    """Which case of a queue comes first. Cases alike in severity come oldest first in both."""

    OLDEST = "oldest"
    SEVERITY = "severity"


@dataclass(frozen=True, slots=True)
class Lane:
    """All that routing looks at: cases of one state, severity, layer and service."""

    state: CaseState
    severity: int
    layer: Layer
    service: str


@dataclass(frozen=True, slots=True)
class QueueRule:
    """A configured queue. What is empty fits everything; who works it are all who decide, if nobody is named."""

    id: str
    name: str
    layers: frozenset[Layer] = frozenset()
    services: frozenset[str] = frozenset()
    severity: int = 0
    roles: frozenset[Role] = frozenset()
    people: frozenset[str] = frozenset()
    order: Order = Order.OLDEST

    def __post_init__(self) -> None:
        """Refuse an id that is no word for a URL, or that a built-in queue has."""
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", self.id):
            raise ValueError(f"queues: the id {self.id!r} has other characters than a-z, 0-9 and -, or more than 31")
        if self.id in BUILT_IN:
            raise ValueError(f"queues: {self.id} is a queue that is there anyway: name yours otherwise")
        if not 0 <= self.severity <= URGENT:
            raise ValueError(f"queues.{self.id}: severity is 0 to {URGENT}, not {self.severity}")

    def fits(self, lane: Lane) -> bool:
        """Return whether cases of a lane belong here, unless a rule before this one took them."""
        return (
            (not self.layers or lane.layer in self.layers)
            and (not self.services or lane.service in self.services)
            and lane.severity >= self.severity
        )

    def is_worked_by(self, person: Person) -> bool:
        """Return whether its cases are offered to a person."""
        if Permission.DECIDE not in person.permissions:
            return False
        return not (self.roles or self.people) or person.id in self.people or bool(self.roles & person.roles)


HELD, URGENT_QUEUE, ESCALATED, OTHER = "held", "urgent", "escalated", "other"
BUILT_IN = (HELD, URGENT_QUEUE, ESCALATED, OTHER)


class Queues:
    """The queues of an installation, in the order in which their cases are offered."""

    def __init__(self, rules: Sequence[QueueRule] = ()) -> None:
        """Raises ValueError for two rules of one id."""
        ids = [rule.id for rule in rules]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"queues: {', '.join(twice)} is there twice")
        self.rules = {rule.id: rule for rule in rules}

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all queues: urgent first, what nobody can decide last."""
        return (URGENT_QUEUE, ESCALATED, *self.rules, OTHER, HELD)

    def of(self, lane: Lane) -> str:
        """Return the id of the one queue in which the cases of a lane are."""
        if lane.state is CaseState.HELD:
            return HELD
        if lane.severity == URGENT:
            return URGENT_QUEUE
        if lane.state is CaseState.ESCALATED:
            return ESCALATED
        return next((rule.id for rule in self.rules.values() if rule.fits(lane)), OTHER)

    def order(self, queue: str) -> Order:
        """Return the order of a queue unless a request asks for another one."""
        return self.rules[queue].order if queue in self.rules else Order.OLDEST

    def offers(self, lane: Lane, person: Person) -> bool:
        """Return whether the cases of a lane are offered to a person as their next ones."""
        if not lane.state.awaits_decision or Permission.DECIDE not in person.permissions:
            return False
        if lane.state is CaseState.ESCALATED and Permission.DECIDE_ESCALATED not in person.permissions:
            return False
        queue = self.of(lane)
        return queue not in self.rules or self.rules[queue].is_worked_by(person)
