"""Golden items: their truth is known, and decisions on them measure who decides. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tutela.access.roles import Permission, Person
from tutela.casework.case import Case, Classification, NotPossible
from tutela.casework.quality.drawing import Draw
from tutela.casework.quality.planting import Likeness, plant
from tutela.events.catalogue.base import Verdict
from tutela.events.catalogue.casework import CaseClosed
from tutela.events.catalogue.quality import GoldenAdded, GoldenPlanted, GoldenRetired, Truth
from tutela.events.envelope import SYSTEM, NewEvent, new_id
from tutela.events.obstacles import BadValue


@dataclass(frozen=True, slots=True)
class GoldenItem:
    """A golden item. `planted` counts how often it was; `known_to` are those who decided it before."""

    id: str
    truth: Truth
    classification: str | None
    kind: str
    planted: int
    known_to: frozenset[str]
    retired: bool = False


def is_right(truth: Truth, verdict: Verdict) -> bool:
    """Return whether a verdict fits the truth. "new" is right where the truth is "known": a list may not hold it."""
    return (truth == "not") == (verdict == "not")


def add(by: Person, truth: Truth, classification: Classification | None, kind: str, now: datetime) -> NewEvent:
    """Return what is recorded when a golden item is added. Raises NotAllowed, ValueError."""
    by.require(Permission.MANAGE_QUALITY)
    if truth == "not" and classification is not None:
        raise BadValue('a class goes with the truth "known", not with "not"')
    golden = new_id(now)
    payload = GoldenAdded(golden=golden, truth=truth, classification=classification, kind=kind)
    return NewEvent(payload, golden, now, by.id)


def retire(by: Person, item: GoldenItem, now: datetime) -> NewEvent:
    """Return what is recorded when a golden item is planted no more. Raises NotAllowed, NotPossible."""
    by.require(Permission.MANAGE_QUALITY)
    if item.retired:
        raise NotPossible("this golden item is retired already")
    return NewEvent(GoldenRetired(golden=item.id), item.id, now, by.id)


def choose(items: Sequence[GoldenItem], people: Collection[str], draw: Draw, cause: str) -> GoldenItem | None:
    """Return which item is planted: one that somebody does not know yet, of those planted least, drawn among them.

    `people` are those to whom its case would be offered.
    """
    fresh = [item for item in items if not item.retired and set(people) - item.known_to]
    if not fresh:
        return None
    least = min(item.planted for item in fresh)
    return draw.generator("which golden item", cause).choice(sorted(
        (item for item in fresh if item.planted == least), key=lambda item: item.id
    ))  # fmt: skip


def withdraw(planted: Case, now: datetime) -> list[NewEvent]:
    """Return what is recorded when nobody took a golden item: its case leaves the queue, and nothing was decided."""
    return [NewEvent(CaseClosed(end="dismissed"), planted.id, now, SYSTEM)]


def begin(item: GoldenItem, cause: str, like: Likeness, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a golden item is planted after the case whose opening is `cause`."""
    planted = plant(like, "golden", now)
    payload = GoldenPlanted(
        golden=item.id,
        cause=cause,
        planted_case=planted.case,
        planted_item=planted.item,
        excluded=tuple(sorted(item.known_to)),
    )
    return [*planted.events, NewEvent(payload, item.id, now, SYSTEM)]
