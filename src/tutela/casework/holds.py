"""Holds: evidence that must stay although its clock ends. Pure.

A hold needs a ground, a document that it rests on, an author and an end, and two people who want it. Whoever asks
and whoever allows see the same facts; what is done must be what was allowed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tutela.casework.case import NotPossible
from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.retention import HoldExtended, HoldGround, HoldLifted, HoldPlaced, HoldReason
from tutela.events.envelope import NewEvent

LONGEST = timedelta(days=366)
"""How far the end of a hold may lie ahead: it is extended, not forgotten."""
MAX_REFERENCE = 400
Deed = Literal["place", "extend", "lift"]


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold on the evidence of some cases. `state` is standing, lifted or ended."""

    id: str
    cases: tuple[str, ...]
    ground: HoldGround
    until: datetime
    placed_by: str
    placed_at: datetime
    state: Literal["standing", "lifted", "ended"]
    event: str = ""


def subject_of(cases: Sequence[str]) -> str:
    """Return what an approval is about: the case, or what stands for several."""
    if len(set(cases)) == 1:
        return cases[0]
    return "cases:" + hashlib.sha256("\0".join(sorted(set(cases))).encode()).hexdigest()[:32]


def facts_of(deed: Deed, *, ground: HoldGround | None, until: datetime | None, reason: HoldReason | None,
             cases: Sequence[str]) -> dict[str, str]:  # fmt: skip
    """Return what is asked for and allowed, de-identified."""
    facts = {"do": deed, "cases": str(len(set(cases)))}
    if ground is not None:
        facts["ground"] = ground
    if until is not None:
        facts["until"] = until.isoformat()
    if reason is not None:
        facts["reason"] = reason
    return facts


def place(
    hold: str, cases: Sequence[str], ground: HoldGround, until: datetime, reference: str, *, person: str, now: datetime
) -> list[NewEvent]:
    """Return what is recorded, one event a case in their order. Raises NotPossible."""
    _require_end(until, now)
    if not reference.strip():
        raise NotPossible("name the document that the hold rests on")
    if len(reference) > MAX_REFERENCE:
        raise NotPossible(f"the reference has at most {MAX_REFERENCE} characters")
    if not cases:
        raise NotPossible("name the case, or the cases, that the hold is on")
    payload = HoldPlaced(hold=hold, ground=ground, until=until)
    return [_event(case, payload, person, now) for case in dict.fromkeys(cases)]


def extend(hold: Hold, until: datetime, reason: HoldReason, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a hold gets a later end. Raises NotPossible."""
    _require_standing(hold, now)
    _require_end(until, now)
    if until <= hold.until:
        raise NotPossible(f"it stands until {hold.until:%Y-%m-%d} already: to end it earlier, lift it")
    payload = HoldExtended(hold=hold.id, until=until, reason=reason)
    return [_event(case, payload, person, now) for case in hold.cases]


def lift(hold: Hold, reason: HoldReason, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a hold ends before its time. Raises NotPossible."""
    _require_standing(hold, now)
    return [_event(case, HoldLifted(hold=hold.id, reason=reason), person, now) for case in hold.cases]


def _require_standing(hold: Hold, now: datetime) -> None:
    if hold.state != "standing" or hold.until <= now:
        raise NotPossible(f"the hold is {hold.state if hold.state != 'standing' else 'ended'}: place a new one")


def _require_end(until: datetime, now: datetime) -> None:
    if until <= now:
        raise NotPossible("a hold ends after today")
    if until > now + LONGEST:
        raise NotPossible(f"a hold ends within {LONGEST.days} days; it can be extended before it does")


def _event(case: str, payload: Payload, person: str, now: datetime) -> NewEvent:
    return NewEvent(payload, case, now, person)
