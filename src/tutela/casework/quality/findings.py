"""Findings: raised once for what stands out, closed by a person with a reason. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tutela.access.roles import Permission, Person
from tutela.casework.case import NotPossible
from tutela.events.catalogue.base import Layer
from tutela.events.catalogue.quality import FindingClosed, FindingRaised, FindingReason, FindingRule
from tutela.events.envelope import SYSTEM, NewEvent, new_id

Key = tuple[str, str | None, str | None, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A measure beyond its bound. Which one: its rule, and what of layer, person, technology, edit, cause it is about.

    `low_ppm` to `high_ppm` are its bounds in parts per million, `bound_ppm` the one that it should not fall below.
    """

    rule: FindingRule
    layer: Layer | None = None
    person: str | None = None
    technology: str | None = None
    edit: str | None = None
    cause: str | None = None
    numerator: int | None = None
    denominator: int | None = None
    low_ppm: int | None = None
    high_ppm: int | None = None
    bound_ppm: int | None = None

    @property
    def key(self) -> Key:
        """What it is about: one open finding at a time for each."""
        return (self.rule, self.layer, self.person, self.technology, self.edit, self.cause)


def raise_new(suspicions: Iterable[Suspicion], open_keys: Iterable[Key], now: datetime) -> list[NewEvent]:
    """Return what is recorded of suspicions about which no finding is open."""
    known = set(open_keys)
    events: list[NewEvent] = []
    for one in suspicions:
        if one.key in known:
            continue
        known.add(one.key)
        finding = new_id(now)
        payload = FindingRaised(
            finding=finding,
            rule=one.rule,
            layer=one.layer,
            person=one.person,
            technology=one.technology,
            edit=one.edit,
            cause=one.cause,
            numerator=one.numerator,
            denominator=one.denominator,
            low_ppm=one.low_ppm,
            high_ppm=one.high_ppm,
            bound_ppm=one.bound_ppm,
        )
        events.append(NewEvent(payload, finding, now, SYSTEM))
    return events


def close(by: Person, finding: str, about: str | None, closed: bool, reason: FindingReason, now: datetime) -> NewEvent:
    """Return what is recorded when a finding is closed. `about` is the person whom it concerns.

    Raises NotAllowed, and NotPossible for a closed one, or for the person themself.
    """
    by.require(Permission.MANAGE_QUALITY)
    if closed:
        raise NotPossible("this finding is closed already")
    if about == by.id:
        raise NotPossible("the finding is about your own work: another person closes it")
    return NewEvent(FindingClosed(finding=finding, reason=reason), finding, now, by.id)
