"""Who works on which case: claims that run out, are renewed, released, given and taken away. Pure.

A claim keeps others from deciding the case meanwhile. It is no event: it changes nothing about the case, and it ends by
itself. What a senior does with claims of others is on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tutela.casework.case import NotPossible
from tutela.events.obstacles import Phrase


@dataclass(frozen=True, slots=True)
class Claim:
    """That a person works on a case until then. `ticket` names the page from which it was last renewed.

    `assigned_by` is the senior who gave the case to the person.
    """

    case: str
    person: str
    since: datetime
    until: datetime
    ticket: str
    assigned_by: str | None = None


@dataclass(frozen=True, slots=True)
class DeskRules:
    """How claims and skips go. `claim_minutes` without a sign of the person end a claim, `assigned_hours` a given one.

    `skips_per_day` in 24 hours is how many cases a person may leave to others; 0: none.
    """

    claim_minutes: int = 10
    assigned_hours: int = 24
    skips_per_day: int = 20

    def __post_init__(self) -> None:
        """Refuse times that end nothing."""
        if self.claim_minutes < 1 or self.assigned_hours < 1 or self.skips_per_day < 0:
            raise ValueError("desk: claim_minutes and assigned_hours are 1 or more, skips_per_day 0 or more")

    @property
    def lasts(self) -> timedelta:
        """How long a claim lasts without a sign of the person."""
        return timedelta(minutes=self.claim_minutes)


class HeldByAnother(NotPossible):
    """Somebody else works on the case; the message says who, and until when."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(
            Phrase(
                "%(person)s works on this case until %(until)s UTC: take another one, or ask a senior",
                person=claim.person,
                until=f"{claim.until:%H:%M}",
            )
        )
        self.claim = claim


def renewed(found: Claim | None, case: str, person: str, ticket: str, rules: DeskRules, now: datetime) -> Claim:
    """Return the claim of a person who opens a case, or is still there. `found` is one that has not run out.

    Raises HeldByAnother.
    """
    if found is None:
        return Claim(case, person, now, now + rules.lasts, ticket)
    if found.person != person:
        raise HeldByAnother(found)
    return Claim(case, person, found.since, max(found.until, now + rules.lasts), ticket, found.assigned_by)


def given(case: str, person: str, by: str, rules: DeskRules, now: datetime) -> Claim:
    """Return the claim of a person to whom a senior gave the case."""
    return Claim(case, person, now, now + timedelta(hours=rules.assigned_hours), "", by)


def require_free(found: Claim | None, person: str) -> None:
    """Raise HeldByAnother where somebody else works on the case."""
    if found is not None and found.person != person:
        raise HeldByAnother(found)
