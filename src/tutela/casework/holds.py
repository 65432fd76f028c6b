"""Holds: evidence that must stay although its clock ends. Pure.

A hold needs a ground, a document that it rests on, an author and an end, and two people who want it. Whoever asks
and whoever allows see the same: the cases, the ground, the end, the document; what is done is what was allowed. The
words of the document are evidence: the record holds a salted digest of them alone.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tutela.casework.case import NotPossible
from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.legal import LegalHoldPlaced, LegalRenewed
from tutela.events.catalogue.retention import HoldExtended, HoldGround, HoldLifted, HoldPlaced, HoldReason
from tutela.events.envelope import NewEvent
from tutela.events.obstacles import Word

LONGEST = timedelta(days=366)
"""How far the end of a hold may lie ahead: it is extended, not forgotten."""
MIN_REFERENCE = 3
"""Of characters that are not blank."""
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


@dataclass(frozen=True, slots=True)
class Document:
    """What a hold rests on, as it is asked for. The salt is kept with the words, so that nobody guesses them."""

    reference: str
    salt: str

    @property
    def digest(self) -> str:
        """What stands for it in the record: the SHA-256 of the salt and the words, hexadecimal."""
        return hashlib.sha256(f"{self.salt}\0{self.reference}".encode()).hexdigest()


def document(reference: str) -> Document:
    """Return the document that somebody names, with a salt of its own. Raises NotPossible for what names none."""
    named = reference.strip()
    if len("".join(named.split())) < MIN_REFERENCE:
        raise NotPossible(
            "name the document that the hold rests on, in at least %(n)s characters",
            n=MIN_REFERENCE,
        )
    if len(named) > MAX_REFERENCE:
        raise NotPossible("the reference has at most %(n)s characters", n=MAX_REFERENCE)
    return Document(named, secrets.token_hex(16))


def facts_to_place(
    cases: Sequence[str], ground: HoldGround, until: datetime, rests_on: Document, request: str | None = None
) -> dict[str, str]:
    """Return what is asked for and allowed when a hold is to be placed, de-identified; `request` is a legal one."""
    return {
        "do": "place", "case_ids": _written(cases), "ground": ground, "until": until.isoformat(),
        "document": rests_on.digest, **({"request": request} if request else {}),
    }  # fmt: skip


def facts_to_change(
    hold: Hold, deed: Deed, until: datetime | None, reason: HoldReason, request: str | None = None
) -> dict[str, str]:
    """Return what is asked for and allowed when a hold is to be extended or lifted, de-identified."""
    facts = {"do": deed, "hold": hold.id, "case_ids": _written(hold.cases), "ground": hold.ground, "reason": reason}
    if request:
        facts["request"] = request
    return {**facts, "until": until.isoformat()} if until is not None else facts


def cases_in(facts: Mapping[str, str]) -> list[str]:
    """Return the cases that an approval of a hold is about; none for one of before they were named in it."""
    return facts.get("case_ids", "").split()


def place(
    hold: str, cases: Sequence[str], ground: HoldGround, until: datetime, *, person: str, now: datetime
) -> list[NewEvent]:
    """Return what is recorded, one event a case in their order. Raises NotPossible."""
    _require_end(until, now)
    if not cases:
        raise NotPossible("name the case, or the cases, that the hold is on")
    payload = HoldPlaced(hold=hold, ground=ground, until=until)
    return [_event(case, payload, person, now) for case in dict.fromkeys(cases)]


def extend(hold: Hold, until: datetime, reason: HoldReason, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a hold gets a later end. Raises NotPossible."""
    _require_standing(hold, now)
    _require_end(until, now)
    if until <= hold.until:
        raise NotPossible(
            "it stands until %(until)s already: to end it earlier, lift it", until=f"{hold.until:%Y-%m-%d}"
        )
    payload = HoldExtended(hold=hold.id, until=until, reason=reason)
    return [_event(case, payload, person, now) for case in hold.cases]


def lift(hold: Hold, reason: HoldReason, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a hold ends before its time. Raises NotPossible."""
    _require_standing(hold, now)
    return [_event(case, HoldLifted(hold=hold.id, reason=reason), person, now) for case in hold.cases]


def of_request(facts: Mapping[str, str], hold: str, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded of the legal request that a hold was placed or extended for, if it was for one."""
    request = facts.get("request")
    if not request or facts["do"] == "lift":
        return []
    until = datetime.fromisoformat(facts["until"])
    placed = facts["do"] == "place"
    payload = LegalHoldPlaced(hold=hold, until=until) if placed else LegalRenewed(hold=hold, until=until)
    return [NewEvent(payload, request, now, person)]


def _require_standing(hold: Hold, now: datetime) -> None:
    if hold.state != "standing" or hold.until <= now:
        raise NotPossible(
            "the hold is %(state)s: place a new one",
            state=Word("hold_state", hold.state if hold.state != "standing" else "ended"),
        )


def _require_end(until: datetime, now: datetime) -> None:
    if until <= now:
        raise NotPossible("a hold ends after today")
    if until > now + LONGEST:
        raise NotPossible("a hold ends within %(days)s days; it can be extended before it does", days=LONGEST.days)


def _written(cases: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(cases))


def _event(case: str, payload: Payload, person: str, now: datetime) -> NewEvent:
    return NewEvent(payload, case, now, person)
